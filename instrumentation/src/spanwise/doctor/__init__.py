"""Drives the installed SDKs against a server of its own and says what is captured of them."""
