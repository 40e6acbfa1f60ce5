"""Why: pure functions over frames; no input or output."""
