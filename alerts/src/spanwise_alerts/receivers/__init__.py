"""Whom to tell and by which ways: one file for each way."""
