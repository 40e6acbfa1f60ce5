"""What agents tell by events and metrics: calls made of them, one source for each number, the rest passed on."""
