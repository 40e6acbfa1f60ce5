"""Burn rate: failures against what an objective allows, in pairs of windows (SRE workbook, chapter 5)."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Final

from spanwise_alerts.alert import Labels
from spanwise_alerts.detect.reading import Reading, Verdict
from spanwise_alerts.quantity import human, human_duration
from spanwise_alerts.question import Answer, Question
from spanwise_alerts.rule import TierName
from spanwise_alerts.rules.burn_rate import Burn, BurnRate

_SLOW: Final = 120


def questions(rule: BurnRate, _now_s: float) -> tuple[Question, ...]:
    """Ask for the share of failures in each window, each window once."""
    return tuple(
        Question(rule.measure, "ratio", rule.by, rule.filters, window_s, fresh_s=window_s / _SLOW)
        for window_s in windows(rule)
    )


def windows(rule: BurnRate) -> list[float]:
    """List the windows in seconds, each once."""
    pairs = [pair for of in rule.tiers.values() for pair in of]
    return sorted({window_s for pair in pairs for window_s in (pair.long_s, pair.short_s)})


def readings(
    rule: BurnRate, answers: Sequence[Answer], held: Collection[Labels], _now_s: float
) -> dict[Labels, Reading]:
    """Read the series that burn too fast, and those of alerts that are held."""
    by_window = dict(zip(windows(rule), answers, strict=True))
    series = {labels for answer in answers for labels in answer.table.labels}
    found = {labels: _reading(rule, labels, by_window) for labels in series.union(held)}
    return {
        labels: reading for labels, reading in found.items() if labels in held or "breach" in reading.verdicts.values()
    }


def _reading(rule: BurnRate, series: Labels, by_window: dict[float, Answer]) -> Reading:
    allowed = 1 - rule.objective.value
    verdicts: dict[TierName, Verdict] = {}
    thresholds: dict[TierName, float] = {}
    told: tuple[Burn, float, float, int] | None = None
    for name, pairs in rule.tiers.items():
        for pair in sorted(pairs, key=lambda pair: -pair.rate):
            share, count = by_window[pair.long_s].of(series)
            lately, _ = by_window[pair.short_s].of(series)
            if share is None or lately is None or count < rule.min_count:
                continue
            breach = min(share, lately) > pair.rate * allowed
            if breach and verdicts.get(name) != "breach":
                verdicts[name], thresholds[name] = "breach", pair.rate
            # the last pair that breaches is the gravest tier's; without one, the fastest pair
            if told is None or breach:
                told = (pair, share / allowed, share, count)
    if told is None:
        return Reading(series, verdicts)
    pair, rate, share, count = told
    words = {
        "objective": human(rule.objective.value, "%"), "long": human_duration(pair.long_s),
        "short": human_duration(pair.short_s), "errors": human(share, "%"),
    }  # fmt: skip
    return Reading(series, verdicts, rate, count, words, thresholds)
