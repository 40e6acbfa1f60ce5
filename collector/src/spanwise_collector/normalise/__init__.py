"""Spans of any dialect, in; the canonical columns of a call, out."""

from spanwise_collector.normalise.step import WANTED, Normalised, normalise

__all__ = ["WANTED", "Normalised", "normalise"]
