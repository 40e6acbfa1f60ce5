"""Tell alerts apart and put together what belongs together."""
