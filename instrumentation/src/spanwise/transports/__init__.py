"""Where a request leaves and a response returns, one file for each HTTP client."""
