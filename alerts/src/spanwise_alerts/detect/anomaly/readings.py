"""Anomaly: what the detectors of a rule say of its series, as verdicts of its tiers."""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

import numpy as np

from spanwise_alerts.alert import Expected, Labels
from spanwise_alerts.detect.anomaly.detectors import SPIKE
from spanwise_alerts.detect.anomaly.panel import OVER
from spanwise_alerts.detect.anomaly.state import State
from spanwise_alerts.detect.reading import Reading, Verdict
from spanwise_alerts.quantity import human
from spanwise_alerts.question import Question
from spanwise_alerts.rule import TierName
from spanwise_alerts.rules.anomaly import Anomaly

_RAREST: Final = 1e-9
_OF_POINT: Final = ("value", "low", "high")
_OF_MEAN: Final = ("mean", "mean_low", "mean_high")
_NO_WORDS: Final[dict[str, object]] = {
    **dict.fromkeys(("expected", "lower", "upper", "probability"), "unknown"), "over": "",
}  # fmt: skip


def questions(rule: Anomaly, _now_s: float) -> tuple[Question, ...]:
    """Ask for one point; the moment of asking is its end."""
    return (Question(rule.measure, rule.stat, rule.by, rule.filters, rule.bucket_s),)


def ends(bucket_s: float, at_s: float) -> bool:
    """Say whether a point of so many seconds ends at this moment (Unix time), to a millisecond."""
    return round(at_s * 1000) % round(bucket_s * 1000) == 0


def readings(rule: Anomaly, state: State | None, held: Collection[Labels]) -> dict[Labels, Reading]:
    """Read the series that are unusual, and those of alerts that are held.

    As long as nothing is known (after a start), alerts stay as they are.
    """
    if state is None:
        return {series: Reading(series, dict.fromkeys(rule.tiers, "hold"), words=_NO_WORDS) for series in held}
    wanted = {state.names[row] for row in state.unusual()}
    return {series: _reading(rule, state, series) for series in wanted.union(held)}


def _reading(rule: Anomaly, state: State, series: Labels) -> Reading:
    row = state.row(series)
    if row is None or not state.lately(row):
        return Reading(series, {}, words=_NO_WORDS)
    own = state.panel.columns
    usual, rarity = float(own["expected"][row]), max(float(own["rarity"][row]), _RAREST)
    odd = not np.isnan(own["unusual_s"][row])
    # a drift shows in a moving mean: that is what is told then, and how far out such a mean may be
    value, low, high = (float(own[name][row]) for name in (_OF_MEAN if odd else _OF_POINT))
    lower, upper = low if np.isfinite(low) else None, high if np.isfinite(high) else None
    gain = state.panel.wanted.detector.watches[int(own["watch"][row])] if odd else SPIKE
    unit = rule.shown_unit
    words = {
        "expected": human(usual, unit), "lower": human(lower, unit) if lower is not None else "any",
        "upper": human(upper, unit) if upper is not None else "any", "probability": one_in(rarity),
        "over": "" if gain == SPIKE else f" (mean of the last {round(2 / gain) - 1} points)",
    }  # fmt: skip
    edge = upper if value > usual else lower
    return Reading(
        series, _verdicts(rule, state, row), value, int(own["count"][row]), words,
        dict.fromkeys(rule.tiers, usual if edge is None else edge), expected=Expected(usual, lower, upper, rarity),
    )  # fmt: skip


def _verdicts(rule: Anomaly, state: State, row: int) -> dict[TierName, Verdict]:
    own = state.panel.columns
    if np.isnan(own["unusual_s"][row]):
        return {}
    strengths = own["strengths"][row]
    return {
        tier: "breach" if strengths[place] > 1.0 else "hold" if strengths[place] > OVER else "clear"
        for place, tier in enumerate(rule.tiers)
    }


def one_in(rarity: float) -> str:
    """Say how rare a point is: `1 in 40,000`, two digits of it."""
    times = 1.0 / rarity
    digits = max(len(f"{times:.0f}") - 2, 0)
    return f"1 in {round(times, -digits):,.0f}"
