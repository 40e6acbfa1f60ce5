"""Spans in, numbers out."""
