"""What may go wrong when the parts are put together.

StackError
├── CannotStart   an address or the data folder cannot be had
└── AgentEnded    the demo's agent ended before it was asked to
"""

from __future__ import annotations


class StackError(Exception):
    """Base of what is told to the user without a traceback."""


class CannotStart(StackError):
    """A part cannot start; the message says what to change."""


class AgentEnded(StackError):
    """The demo's agent ended before it was asked to."""
