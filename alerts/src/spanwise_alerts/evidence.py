"""What is found about an alert beyond its own numbers: who adds to it, what changed, examples, its course."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from spanwise_alerts.rule import TierName


@dataclass(frozen=True, slots=True)
class Contributor:
    """A part of what the alert measures.

    Attributes:
        dimension: such as `model`.
        value: of the dimension, such as `gpt-4o`.
        amount_text: its own number, for people.
        share: of the whole, 0 to 1; None where parts do not add up (percentiles).
    """

    dimension: str
    value: str
    amount_text: str
    share: float | None = None


@dataclass(frozen=True, slots=True)
class Example:
    """One trace to look at.

    Attributes:
        trace_id: hex.
        url: where a person can look at it; empty where nothing shows traces.
        summary: what it was: name, duration, error, money.
        failing: whether it shows the trouble; else it is a healthy one to compare with.
    """

    trace_id: str
    url: str
    summary: str
    failing: bool


@dataclass(frozen=True, slots=True)
class Shift:
    """Something that is not as it was in the window before.

    Attributes:
        what: such as `share of input read from the cache`.
        before: for people, as `now`.
    """

    what: str
    before: str
    now: str


@dataclass(frozen=True, slots=True)
class Turn:
    """One change of tier; None is the end."""

    at_s: float
    tier: TierName | None


@dataclass(frozen=True, slots=True)
class Course:
    """How the measure went around the breach, to be drawn.

    Attributes:
        at_s: Unix time of each point.
        values: in `unit`; None where nothing was observed.
        threshold: drawn across; None where there is none.
        lower: of the expected band, a point each; empty where there is none, as `upper`.
    """

    title: str
    unit: str
    at_s: Sequence[float]
    values: Sequence[float | None]
    threshold: float | None = None
    lower: Sequence[float | None] = ()
    upper: Sequence[float | None] = ()


@dataclass(frozen=True, slots=True)
class Evidence:
    """What was found about one alert.

    Attributes:
        history: its changes of tier, the oldest first.
        contributors: the greatest first.
        examples: up to three failing ones, then a healthy one.
        shifts: what changed against the window before, the most telling first.
        course: None where there is nothing to draw.
        board: a link to the board that shows it; empty where none is known.
        missing: why a part of it is not there; empty where all is.
        chart: the course as PNG, for who shows pictures; empty where it was not drawn.
    """

    history: tuple[Turn, ...] = ()
    contributors: tuple[Contributor, ...] = ()
    examples: tuple[Example, ...] = ()
    shifts: tuple[Shift, ...] = ()
    course: Course | None = None
    board: str = ""
    missing: str = ""
    chart: bytes = b""
