"""The nouns of looking for traces: what is wanted, and what was found."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class TraceSearch:
    """Which traces are wanted: those with a span that has all of this; the newest first.

    Attributes:
        tags: attributes of the span, as the collector's Jaeger API names them.
        service: empty for any.
        shortest_s: None for any, as `longest_s`.
        start_s: Unix time, as `end_s`.
        limit: at most so many.
    """

    tags: Mapping[str, str]
    service: str
    start_s: float
    end_s: float
    limit: int
    shortest_s: float | None = None
    longest_s: float | None = None


@dataclass(frozen=True, slots=True)
class FoundSpan:
    """A span that has all that was wanted.

    Attributes:
        tags: what it and the collector say of it.
    """

    trace_id: str
    name: str
    start_s: float
    duration_s: float
    tags: Mapping[str, str | bool | int | float] = field(default_factory=dict[str, "str | bool | int | float"])

    def text(self, tag: str) -> str:
        """Return a tag as text; empty where it is not there."""
        value = self.tags.get(tag)
        return "" if value is None else str(value)

    def number(self, tag: str) -> float | None:
        """Return a tag as a number; None where there is none."""
        value = self.tags.get(tag)
        return None if value is None or isinstance(value, (str, bool)) else float(value)


@dataclass(frozen=True, slots=True)
class RunSearch:
    """Which runs of agents are wanted.

    Attributes:
        where: service, agent, environment, tenant, status, model, tool, error_type: what must be equal.
        sort: start, duration, cost, tokens or steps; the greatest first.
        before_s: Unix time; runs that began before it.
        window_s: how long before.
    """

    where: Mapping[str, str]
    sort: str
    before_s: float
    window_s: float
    limit: int


@dataclass(frozen=True, slots=True)
class FoundRun:
    """A run of an agent; what is not known is None."""

    trace_id: str
    agent: str
    status: str
    error_type: str
    start_s: float
    duration_s: float | None
    steps: int
    cost_usd: float | None
    models: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class FoundVersion:
    """A version of a service that sent spans lately.

    Attributes:
        first_s: when its first one came, Unix time; None where that is not known.
        last_s: when its last one came.
    """

    service: str
    version: str
    environment: str
    first_s: float | None
    last_s: float

    @property
    def place(self) -> dict[str, str]:
        """The dimensions that say where it runs."""
        return {"service": self.service, "environment": self.environment}
