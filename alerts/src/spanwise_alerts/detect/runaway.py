"""Runaway: runs in flight that the collector names, each with what it does and what it burns."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from spanwise_alerts.alert import Labels
from spanwise_alerts.detect.reading import Reading, Verdict
from spanwise_alerts.quantity import human
from spanwise_alerts.question import Answer, Question
from spanwise_alerts.rule import TierName
from spanwise_alerts.rules.runaway import Runaway


def questions(rule: Runaway, _now_s: float) -> tuple[Question, ...]:
    """Ask which runs there are."""
    asked = (("cycle", float(rule.cycle)), *rule.bounds.items())
    return (Question("", "", rule.by, tuple(rule.where.items()), runaway=asked),)


def readings(
    rule: Runaway, answers: Sequence[Answer], _held: Collection[Labels], _now_s: float
) -> dict[Labels, Reading]:
    """Breach, for each run that is named, the tiers of which enough was burnt; the value is the money."""
    (answer,) = answers
    return {
        labels: _reading(rule, labels, value, told)
        for labels, value, told in zip(answer.table.labels, answer.values, answer.details, strict=True)
    }


def _reading(rule: Runaway, labels: Labels, burnt: float | None, told: Mapping[str, Any]) -> Reading:
    verdicts: dict[TierName, Verdict] = {
        name: "breach" if (burnt or 0.0) >= (rule.threshold_of(name) or 0.0) else "hold" for name in rule.tiers
    }
    return Reading(labels, verdicts, burnt, round(told["repetitions"] or 0), _words(burnt, told))


def _words(burnt: float | None, told: Mapping[str, Any]) -> dict[str, object]:
    per_hour = told["cost_usd_per_hour"]
    tokens = told["tokens_since"]
    since = datetime.fromtimestamp(told["since"], UTC)
    return {
        "why": _why(told),
        "sign": told["sign"],
        "cycle": " → ".join(told["cycle"]),
        "repetitions": "" if told["repetitions"] is None else str(told["repetitions"]),
        "burnt": _money(burnt, tokens),
        "spent": _money(told["cost_usd"], told["tokens"]),
        "tokens": "" if tokens is None else human(tokens, "{token}"),
        "projected": _money(per_hour, told["tokens_per_hour"]),
        "since": f"{since:%Y-%m-%d %H:%M:%S} UTC",
    }


def _money(usd: float | None, tokens: float | None) -> str:
    """Say it in dollars; in tokens where no price is known."""
    if usd is not None:
        return human(usd, "USD")
    return "an unknown amount" if tokens is None else human(tokens, "{token}")


def _why(told: Mapping[str, Any]) -> str:
    cycle, times, value = " → ".join(told["cycle"]), told["repetitions"], told["value"]
    again = f"called {cycle} {times} times in a row with equal arguments"
    words = {
        "repeats": again if len(told["cycle"]) == 1 else f"went round {cycle} {times} times",
        "same_error": f"met {told['error']} of {cycle} {times} times in a row",
        "no_progress": f"got the same from {cycle} {times} times in a row",
        "cost_per_minute": f"spends {human(value, 'USD')} a minute",
        "tokens_per_minute": f"uses {human(value, '{token}')} a minute",
        "context_growth": f"has {value:.3g} times the context that it began with",
        "depth": f"is {value:g} agents deep",
        "fan_out": f"runs {value:g} agents below it",
    }
    return words.get(told["sign"], f"shows {told['sign']} {value:g}")
