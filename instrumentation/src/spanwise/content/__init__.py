"""Captures what is said to and by models, where the user asks for it: read, redacted, cut to size, told."""
