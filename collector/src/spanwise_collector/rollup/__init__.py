"""Fold calls into windows, totals and runs."""
