"""What `spanwise alerts` can do, one file a command."""
