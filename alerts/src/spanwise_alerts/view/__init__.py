"""Show it: the HTTP API in Alertmanager's words, and our own numbers."""
