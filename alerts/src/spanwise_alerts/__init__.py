"""Whom to wake: tiered rules over the collector's numbers, told by webhook and mail."""
