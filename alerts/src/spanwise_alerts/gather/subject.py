"""What an alert is about, as questions can be asked about it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from spanwise_alerts.alert import Notice
from spanwise_alerts.question import Question
from spanwise_alerts.rule import Rule
from spanwise_alerts.rules.budget import Budget
from spanwise_alerts.rules.burn_rate import BurnRate
from spanwise_alerts.rules.measured import shown
from spanwise_alerts.rules.threshold import Threshold
from spanwise_alerts.rules.unpriced import Unpriced
from spanwise_schema.measures import MEASURES, Measure

KEPT_S: Final = 2 * 86400.0
"""How far back live windows reach."""

_PLAIN: Final = "operation"
_HOUR_S: Final = 3600.0


@dataclass(frozen=True, slots=True)
class Subject:
    """A measure of one series, at the moment of its alert.

    Attributes:
        asked: the rule's own question, narrowed to the series.
        measure: of the catalogue.
        threshold: in the unit of the statistic; None where there is none to draw.
        parts: the dimensions in which the series can be taken apart.
        at_s: the moment (Unix time) whose numbers the alert tells.
        ago_s: how long before it the window lies with which it is compared: before the trouble began.
    """

    asked: Question
    measure: Measure
    threshold: float | None
    parts: tuple[str, ...]
    at_s: float
    ago_s: float

    @property
    def where(self) -> dict[str, str]:
        """What the series is narrowed to."""
        return dict(self.asked.where)

    @property
    def unit(self) -> str:
        """The unit in which the statistic is shown."""
        return shown(self.measure, self.asked.stat)

    @property
    def window_s(self) -> float:
        """How far back the alert looked."""
        since_s = self.asked.since_s
        return self.asked.window_s if since_s is None else max(self.at_s - since_s, 1.0)

    @property
    def compared_s(self) -> float:
        """How long the windows are that are compared: that of the alert; of a budget the last hour."""
        return self.asked.window_s if self.asked.since_s is None else _HOUR_S

    @property
    def live(self) -> bool:
        """Whether the live windows know it: not what is counted by user or session."""
        return all(name in self.measure.dimensions for name in self.where)


def subject_of(rule: Rule, notice: Notice, questions: Sequence[Question]) -> Subject | None:
    """Say what an alert is about; None where its rule asks for no measure.

    Args:
        rule: which made it.
        notice: what it says.
        questions: what the rule asked at the notice's moment.
    """
    asked = [question for question in questions if question.measure in MEASURES]
    if not asked:
        return None
    # of several windows the shortest shows best what happens now; a budget's first question is that of its period
    own = asked[0] if isinstance(rule, Budget) else min(asked, key=lambda question: question.window_s)
    series = {name: notice.labels[name] for name in own.by if name in notice.labels}
    measure = MEASURES[own.measure]
    where = tuple({**dict(own.where), **series}.items())
    narrowed = replace(own, by=(), where=where, top=0, fresh_s=0.0, ago_s=0.0)
    fixed = {name for name, _ in where}
    parts = tuple(name for name in measure.dimensions if name not in fixed and name != _PLAIN)
    return Subject(
        narrowed, measure, _threshold(rule, notice), parts, notice.updated_at_s, _ago_s(rule, narrowed, notice)
    )


def _threshold(rule: Rule, notice: Notice) -> float | None:
    match rule:
        case BurnRate():
            return None if notice.threshold is None else notice.threshold * (1 - rule.objective.value)
        case Budget():
            return rule.limit.value
        case Threshold() | Unpriced():
            return notice.threshold
        case _:
            # what other kinds hold against their thresholds is not the measure itself
            return None


def _ago_s(rule: Rule, asked: Question, notice: Notice) -> float:
    """Go back to the last window that ended before the trouble was seen."""
    window_s = asked.window_s or _HOUR_S
    fired_s = max(notice.updated_at_s - notice.starts_at_s, 0.0)
    waited_s = rule.wait_s(notice.tier) if notice.tier in rule.tier_names() else 0.0
    ago_s = fired_s + waited_s + window_s
    return ago_s if ago_s + window_s <= KEPT_S else window_s
