"""What every source of numbers can do."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from spanwise_alerts.errors import AskError
from spanwise_alerts.question import Answer, Question


class Source(Protocol):
    """Where numbers come from."""

    async def ask(self, questions: Sequence[Question], at_s: float) -> Sequence[Answer | AskError]:
        """Answer questions about a moment (Unix time), each in its place; raise `AskError` where none is answered."""
        ...

    def link(self, question: Question) -> str:
        """Return where a person can look at the numbers."""
        ...

    async def close(self) -> None:
        """Give connections back."""
        ...
