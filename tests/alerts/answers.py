"""Builders of answers, and of one series judged over time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from spanwise_alerts.alert import Alert, Labels
from spanwise_alerts.detect.evaluate import Moved, evaluate
from spanwise_alerts.question import Answer, Table
from spanwise_alerts.rule import Rule

Series = Mapping[str, tuple[float | None, int] | float | None]


def of(model: str) -> Labels:
    """The labels of a series by model; without one the series of all."""
    return (("model", model),) if model else ()


def an_answer(series: Series | None = None, **more: Any) -> Answer:
    """An answer by model: a value, or a value and a count."""
    pairs = {of(model): each if isinstance(each, tuple) else (each, 100) for model, each in (series or {}).items()}
    return Answer(Table(list(pairs)), [v for v, _ in pairs.values()], [n for _, n in pairs.values()], **more)


class Judged:
    """A rule that is evaluated again and again."""

    def __init__(self, rule: Rule) -> None:
        self.rule = rule
        self.held: dict[Labels, Alert] = {}
        self.moved: dict[Labels, Moved] = {}

    def at(self, now_s: float, *answers: Answer, unwatched_s: float = 0.0) -> dict[str, str | None]:
        """Evaluate; return the tier by model of all that is held."""
        found = evaluate(self.rule, answers, self.held, now_s, unwatched_s=unwatched_s)
        self.moved = {each.alert.series: each for each in found}
        self.held = {each.alert.series: each.alert for each in found if not each.alert.over}
        return {dict(series).get("model", ""): alert.tier for series, alert in self.held.items()}

    def words(self, model: str = "") -> Mapping[str, object]:
        """What the last evaluation said of a series."""
        reading = self.moved[of(model)].reading
        assert reading is not None
        return reading.words


def tiers(rule: Rule, *values: float | None, step_s: float = 1.0) -> Sequence[str | None]:
    """The tier of one series after each value, one a second."""
    judged = Judged(rule)
    return [
        judged.at(place * step_s, an_answer({} if value is None else {"": value})).get("")
        for place, value in enumerate(values)
    ]
