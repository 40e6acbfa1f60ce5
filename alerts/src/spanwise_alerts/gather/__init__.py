"""Gather what a message says beyond the alert's own numbers."""
