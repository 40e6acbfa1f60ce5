"""What may go wrong while running.

AlertsError
├── AskError      the source of numbers did not answer: alerts stay as they are
├── RecordError   the database did not take it: nothing changed, the next tick tries again
└── SecretError   what links are signed with is not to be had: the alert manager does not start
"""

from __future__ import annotations


class AlertsError(Exception):
    """Base of what the alert manager raises while it runs."""


class AskError(AlertsError):
    """The source did not answer, or not in its own words."""


class RecordError(AlertsError):
    """The database refused."""


class SecretError(AlertsError):
    """What links are signed with can neither be read nor made."""
