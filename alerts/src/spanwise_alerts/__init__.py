"""Whom to wake."""
