"""What an agent is like in one stretch of time: a row of numbers, on scales on which usual differences are alike."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from spanwise_alerts.alert import Labels
from spanwise_alerts.quantity import human
from spanwise_alerts.question import Answer, Question
from spanwise_alerts.rules.joint import Joint

_SMALLEST_USD: Final = 1e-6


@dataclass(frozen=True, slots=True)
class Feature:
    """One number of a row.

    Attributes:
        name: for people.
        unit: in which it is told; `%` for a share.
        floor: the least spread that is believed, on the scale of the row; less is called constant.
    """

    name: str
    unit: str
    floor: float


# a tenth of an amount is a tenth on a logarithmic scale; a share is spread out by its arcus sinus
FEATURES: Final = (
    Feature("model latency p95", "s", 0.1),
    Feature("tokens in per call", "{token}", 0.1),
    Feature("tokens out per call", "{token}", 0.1),
    Feature("cost per call", "USD", 0.1),
    Feature("failed calls", "%", 0.05),
    Feature("steps per run", "{step}", 0.1),
    Feature("tool calls per model call", "1", 0.1),
    Feature("failed tool calls", "%", 0.05),
    Feature("change of the tool mix", "%", 0.1),
)
MIX: Final = len(FEATURES) - 1
"""Where the change of the tool mix stands: it is known only beside what is usual."""

Row = list[float]
"""One number for each feature, on its scale; NaN where nothing is known."""


@dataclass(frozen=True, slots=True)
class Seen:
    """What was seen of one agent in one stretch.

    Attributes:
        row: without the change of the tool mix, which is NaN.
        tools: calls by tool.
        calls: calls of models.
    """

    row: Row
    tools: Mapping[str, float]
    calls: int


def questions(rule: Joint, _now_s: float) -> tuple[Question, ...]:
    """Ask for all that makes a row, of one stretch that ends at the moment of asking."""

    def ask(measure: str, stat: str, *more: str) -> Question:
        return Question(measure, stat, (*rule.by, *more), rule.filters, rule.bucket_s)

    return (
        ask("llm.calls", "count"), ask("llm.duration", "p95"), ask("llm.tokens.input", "sum"),
        ask("llm.tokens.output", "sum"), ask("llm.cost", "sum"), ask("llm.errors", "ratio"), ask("run.steps", "mean"),
        ask("tool.errors", "ratio"), ask("tool.calls", "count", "tool"),
    )  # fmt: skip


def seen(rule: Joint, answers: Sequence[Answer]) -> dict[Labels, Seen]:
    """Return what was seen of each agent that made enough calls."""
    calls, latency, tokens_in, tokens_out, cost, errors, steps, tool_errors, tools = answers
    used: dict[Labels, dict[str, float]] = {}
    for labels, count in zip(tools.table.labels, tools.values, strict=True):
        said = dict(labels)
        tool = said.pop("tool", "")
        if count:
            used.setdefault(tuple(said.items()), {})[tool] = count
    found: dict[Labels, Seen] = {}
    for labels, count in zip(calls.table.labels, calls.values, strict=True):
        if count is None or count < rule.min_count:
            continue
        mix = used.get(labels, {})
        row = [
            _amount(latency.of(labels)[0]), _amount(_each(tokens_in.of(labels)[0], count)),
            _amount(_each(tokens_out.of(labels)[0], count)), _money(_each(cost.of(labels)[0], count)),
            _share(errors.of(labels)[0]), _amount(steps.of(labels)[0]), _amount(sum(mix.values()) / count),
            _share(tool_errors.of(labels)[0]), math.nan,
        ]  # fmt: skip
        found[labels] = Seen(row, mix, int(count))
    return found


def scaled_share(share: float) -> float:
    """Put a share on its scale."""
    return math.asin(math.sqrt(min(max(share, 0.0), 1.0)))


def told(place: int, number: float) -> str:
    """Write a number of a row for people."""
    feature = FEATURES[place]
    if feature.unit == "%":
        return human(math.sin(min(max(number, 0.0), math.pi / 2)) ** 2, "%")
    if feature.unit == "USD":
        return human(max(math.exp(number) - _SMALLEST_USD, 0.0), "USD")
    amount = math.expm1(number)
    return human(amount, "s") if feature.unit == "s" else f"{amount:,.0f}" if amount >= 10 else f"{amount:.1f}"  # noqa: PLR2004


def _each(total: float | None, count: float) -> float | None:
    return None if total is None else total / count


def _amount(value: float | None) -> float:
    return math.nan if value is None else math.log1p(max(value, 0.0))


def _money(value: float | None) -> float:
    return math.nan if value is None else math.log(max(value, 0.0) + _SMALLEST_USD)


def _share(value: float | None) -> float:
    return math.nan if value is None else scaled_share(value)
