"""What a rule would have told: its alerts over the past, pages a day, flaps."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final

from spanwise_alerts.alert import Notice
from spanwise_alerts.ask.past import Past, Stretch
from spanwise_alerts.ask.prometheus import Prometheus
from spanwise_alerts.detect.evaluate import questions
from spanwise_alerts.errors import AskError
from spanwise_alerts.rehearsal import Rehearsal
from spanwise_alerts.rule import COLLECTOR, Rule, TierName
from spanwise_alerts.rules.anomaly import Anomaly
from spanwise_alerts.rules.joint import Joint
from spanwise_alerts.sources import NamedSource

FLAP_S: Final = 3600.0
"""An alert that fires again within this time of its end has flapped."""

_DAY_S: Final = 86400.0
_MOST_MOMENTS: Final = 10_000
_GRID_S: Final = 10.0
_FINEST_S: Final = 60.0


@dataclass(frozen=True, slots=True)
class Firing:
    """One firing of one alert.

    Attributes:
        tier: the gravest that it had.
        ends_at_s: Unix time; None where it still fires at the end.
        value_text: when it fired first.
    """

    labels: dict[str, str]
    tier: TierName
    starts_at_s: float
    ends_at_s: float | None
    value_text: str
    summary: str


@dataclass(frozen=True, slots=True)
class Backtest:
    """What came out.

    Attributes:
        firings: by their beginning.
        told: messages, one for each change of tier.
        flaps: firings that began within an hour of the last one's end.
        by_tier: the seconds that alerts spent in each tier at its gravest.
    """

    rule: str
    start_s: float
    end_s: float
    step_s: float
    firings: tuple[Firing, ...]
    told: int
    flaps: int

    @property
    def pages_a_day(self) -> float:
        """Firings a day."""
        return len(self.firings) / ((self.end_s - self.start_s) / _DAY_S)

    def to_dict(self) -> dict[str, Any]:
        """Return it ready for JSON; times are Unix seconds."""
        return {
            "rule": self.rule, "start_s": self.start_s, "end_s": self.end_s, "step_s": self.step_s,
            "firings": [
                {name: getattr(firing, name) for name in Firing.__dataclass_fields__} for firing in self.firings
            ],
            "told": self.told, "flaps": self.flaps, "pages_a_day": self.pages_a_day,
        }  # fmt: skip


def step_of(rule: Rule, length_s: float) -> float:
    """Return how far apart moments are: half the rule's window and at most a minute, more where it is too long ago."""
    if isinstance(rule, Anomaly | Joint):
        return rule.bucket_s
    finest_s = min(max(rule.looks_back_s, 2 * _GRID_S) / 2, _FINEST_S)
    return math.ceil(max(finest_s, length_s / _MOST_MOMENTS) / _GRID_S) * _GRID_S


async def backtest(
    rule: Rule, url: str, start_s: float, end_s: float, step_s: float, sources: Iterable[NamedSource] = ()
) -> Backtest:
    """Judge a rule at each moment of a stretch of the past, as it is judged live.

    Args:
        rule: of any kind that asks for numbers.
        url: of the collector.
        sources: who else may be asked, by the names that rules use.
        start_s: Unix time, as `end_s`.
        end_s: the last moment.
        step_s: from one moment to the next; a rule of kind anomaly has its own.

    Raises:
        AskError: whoever is asked does not answer, or cannot.
    """
    if rule.kind in {"unanswered", "dead_man", "runaway"}:
        raise AskError(f"a rule of kind {rule.kind} has no past")
    if rule.source == COLLECTOR:
        return await _judged(rule, url, start_s, end_s, step_s)
    server = next((each.prometheus for each in sources if each.name == rule.source), None)
    if server is None:
        raise AskError(f"nobody is known as {rule.source!r}; it stands under alerts.sources of spanwise.yaml")
    source = Prometheus(rule.source, server)
    try:
        return await _judged(rule, url, start_s, end_s, step_s, source.stretch)
    finally:
        await source.close()


async def _judged(
    rule: Rule, url: str, start_s: float, end_s: float, step_s: float, stretch: Stretch | None = None
) -> Backtest:
    known_s = 0.0
    if isinstance(rule, Anomaly | Joint):
        # its points have their own length, and it knows what was before
        step_s, known_s = rule.bucket_s, rule.history_s
        end_s = end_s // step_s * step_s
    past, rehearsal = Past(url, step_s, stretch), Rehearsal(rule)
    count = int((end_s - start_s) // step_s)
    moments = [end_s - (count - n) * step_s for n in range(count + 1)]
    before = [moments[0] - n * step_s for n in range(int(known_s // step_s), 0, -1)]
    await past.read(lambda at_s: questions(rule, at_s), [*before, *moments][0], end_s)
    for at_s in before:
        rehearsal.learn([past.answer(question, at_s) for question in questions(rule, at_s)], at_s)
    told: list[tuple[float, Notice]] = []
    for at_s in moments:
        answers = [past.answer(question, at_s) for question in questions(rule, at_s)]
        told += [(at_s, notice) for notice in rehearsal.at(answers, at_s)]
    firings = _firings(told)
    return Backtest(rule.name, start_s, end_s, step_s, firings, len(told), _flaps(firings))


def _firings(told: list[tuple[float, Notice]]) -> tuple[Firing, ...]:
    made: list[Firing] = []
    open_: dict[str, Firing] = {}
    for at_s, notice in told:
        mark = notice.fingerprint
        before = open_.get(mark)
        if before is None:
            open_[mark] = Firing(notice.labels, notice.tier, at_s, None, notice.value_text, notice.summary)
        elif notice.status == "resolved":
            made.append(_with(open_.pop(mark), before.tier, at_s))
        elif notice.kind == "upgraded":
            open_[mark] = _with(before, notice.tier, None)
    return tuple(sorted([*made, *open_.values()], key=lambda firing: firing.starts_at_s))


def _with(firing: Firing, tier: TierName, ends_at_s: float | None) -> Firing:
    return Firing(firing.labels, tier, firing.starts_at_s, ends_at_s, firing.value_text, firing.summary)


def _flaps(firings: tuple[Firing, ...]) -> int:
    ended: dict[tuple[tuple[str, str], ...], float] = {}
    flaps = 0
    for firing in firings:
        mark = tuple(firing.labels.items())
        flaps += firing.starts_at_s - ended.get(mark, -math.inf) <= FLAP_S
        if firing.ends_at_s is not None:
            ended[mark] = firing.ends_at_s
    return flaps
