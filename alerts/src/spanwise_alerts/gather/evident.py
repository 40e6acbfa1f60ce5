"""Who is asked for evidence."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from spanwise_alerts.errors import AskError
from spanwise_alerts.plan import Happening
from spanwise_alerts.question import Answer, Question
from spanwise_alerts.rule import Rule
from spanwise_alerts.trace import FoundRun, FoundSpan, FoundVersion, RunSearch, TraceSearch


class Asking(Protocol):
    """Who answers questions about a moment."""

    async def ask(self, questions: Sequence[Question], at_s: float) -> Sequence[Answer | AskError]:
        """Answer questions, each in its place; raise `AskError` where none is answered."""
        ...


class Courses(Protocol):
    """Who tells how a measure went."""

    async def course(
        self, question: Question, start_s: float, end_s: float, step_s: float
    ) -> Sequence[tuple[float, float | None]]:
        """Return Unix times and values; raise `AskError` without an answer."""
        ...


class Looking(Courses, Protocol):
    """What else a collector knows."""

    @property
    def url(self) -> str:
        """Where it is."""
        ...

    async def spans(self, wanted: TraceSearch) -> Sequence[FoundSpan]:
        """Return spans; raise `AskError` without an answer."""
        ...

    async def runs(self, wanted: RunSearch) -> Sequence[FoundRun]:
        """Return runs; raise `AskError` without an answer."""
        ...

    async def versions(self) -> Sequence[FoundVersion]:
        """Return versions of services that send; raise `AskError` without an answer."""
        ...


@dataclass(frozen=True, slots=True)
class Evident:
    """Who is asked for evidence.

    Attributes:
        numbers: of the collector.
        around: the collector, for all else.
        courses: of other sources, by name.
        trail: what happened to an alert (by fingerprint), the oldest first.
        questions: what a rule asks at a moment (Unix time).
    """

    numbers: Callable[[], Asking]
    around: Looking
    courses: Callable[[], Mapping[str, Courses]]
    trail: Callable[[str], Awaitable[Sequence[Happening]]]
    questions: Callable[[Rule, float], Sequence[Question]]
