"""What is not as it was in the window before: volume, failures, tokens, cache, money, models."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from spanwise_alerts.evidence import Shift
from spanwise_alerts.gather.subject import Subject
from spanwise_alerts.quantity import human
from spanwise_alerts.question import Answer, Question
from spanwise_schema.measures import MEASURES

MOST: Final = 5
_FEWEST: Final = 5
_RELATIVE: Final = math.log(1.25)
_POINTS: Final = 0.05
_OTHER: Final = 0.2
_SURE: Final = frozenset({"rate"})
_MODEL: Final = "model"


@dataclass(frozen=True, slots=True)
class _Trait:
    """One number that may have changed.

    Attributes:
        what: for people.
        unit: in which it is shown.
        per: a sum by which it is divided; empty for none.
        scale: by which it is multiplied.
    """

    what: str
    measure: str
    stat: str
    unit: str
    per: str = ""
    scale: float = 1.0


_LLM: Final = (
    _Trait("model calls a minute", "llm.calls", "rate", "1", scale=60.0),
    _Trait("share of model calls that failed", "llm.errors", "ratio", "%"),
    _Trait("input read from the cache", "llm.tokens.cache_read", "sum", "%", per="llm.tokens.input"),
    _Trait("input tokens of a call", "llm.tokens.input", "mean", "1"),
    _Trait("output tokens of a call", "llm.tokens.output", "mean", "1"),
    _Trait("cost of a model call", "llm.cost", "mean", "USD"),
    _Trait("model call p95", "llm.duration", "p95", "s"),
    _Trait("time to first chunk, p95", "llm.ttft", "p95", "s"),
)
_TOOL: Final = (
    _Trait("tool calls a minute", "tool.calls", "rate", "1", scale=60.0),
    _Trait("share of tool calls that failed", "tool.errors", "ratio", "%"),
    _Trait("tool call p95", "tool.duration", "p95", "s"),
)
_RUN: Final = (
    _Trait("runs a minute", "run.count", "rate", "1", scale=60.0),
    _Trait("share of runs that failed", "run.errors", "ratio", "%"),
    _Trait("steps of a run", "run.steps", "mean", "1"),
    _Trait("tool calls of a run that repeat an earlier one", "run.repeated_tool_calls", "mean", "1"),
    _Trait("tokens of a run", "run.tokens", "mean", "1"),
    _Trait("cost of a run", "run.cost", "mean", "USD"),
    _Trait("run p95", "run.duration", "p95", "s"),
)
_UNSHARED: Final = frozenset({"operation", "error_type"})
Asked = tuple[str, str, bool]
"""Measure, statistic or dimension, and whether it is of the window before."""


def shift_questions(subject: Subject) -> dict[Asked, Question]:
    """Return what is asked of the window of the alert and of the one before the trouble began."""
    if not subject.live:
        return {}
    asked: dict[Asked, Question] = {}
    for trait in _traits(subject):
        for measure, stat in ((trait.measure, trait.stat), (trait.per, "sum")):
            if measure:
                _ask(asked, subject, measure, stat, ())
    if _models(subject):
        _ask(asked, subject, "llm.calls", _MODEL, (_MODEL,))
    return asked


def shifts(subject: Subject, answers: Mapping[Asked, Answer]) -> list[tuple[float, Shift]]:
    """Return what changed notably, with how much it says; at least 5 observations are needed on both sides.

    Args:
        subject: what was asked about.
        answers: to `shift_questions`.
    """
    found = [shift for trait in _traits(subject) if (shift := _changed(trait, answers))]
    return [*found, *_mixed(answers)]


def _traits(subject: Subject) -> list[_Trait]:
    name, stat = subject.measure.name, subject.asked.stat
    if name.startswith("tool."):
        of = _TOOL
    elif name.startswith("run."):
        # who calls models is known by service, agent, environment and tenant alike
        of = (*_RUN, *(trait for trait in _LLM if trait.measure not in {"llm.cost", "llm.calls"}))
    else:
        of = _LLM
    return [trait for trait in of if (trait.measure, trait.stat) != (name, stat)]


def _models(subject: Subject) -> bool:
    return not subject.measure.name.startswith("tool.") and _MODEL not in subject.where


def _ask(asked: dict[Asked, Question], subject: Subject, measure: str, name: str, by: tuple[str, ...]) -> None:
    known = MEASURES[measure].dimensions
    where = tuple((key, value) for key, value in subject.asked.where if key in known and key not in _UNSHARED)
    window_s = subject.compared_s
    stat = "count" if by else name
    asked[measure, name, False] = Question(measure, stat, by, where, window_s)
    asked[measure, name, True] = Question(measure, stat, by, where, window_s, ago_s=max(subject.ago_s, window_s))


def _changed(trait: _Trait, answers: Mapping[Asked, Answer]) -> tuple[float, Shift] | None:
    now, seen = _read(trait, answers, before=False)
    was, seen_before = _read(trait, answers, before=True)
    if trait.stat in _SURE:
        # no calls are as good an observation as many
        now, was = now or 0.0, was or 0.0
        enough = max(seen, seen_before) >= _FEWEST
    else:
        enough = min(seen, seen_before) >= _FEWEST
    if now is None or was is None or not enough:
        return None
    weight = _weight(was, now, share=trait.unit == "%")
    return None if weight is None else (weight, Shift(trait.what, human(was, trait.unit), human(now, trait.unit)))


def _read(trait: _Trait, answers: Mapping[Asked, Answer], *, before: bool) -> tuple[float | None, int]:
    value, count = _only(answers.get((trait.measure, trait.stat, before)))
    if trait.per:
        whole, count = _only(answers.get((trait.per, "sum", before)))
        return ((value or 0.0) / whole if whole else None), count
    return (None if value is None else value * trait.scale), count


def _only(answer: Answer | None) -> tuple[float | None, int]:
    return answer.of(()) if answer else (None, 0)


def _weight(was: float, now: float, *, share: bool) -> float | None:
    if share:
        # 2 % of failures where there were none is news; 60 % in place of 58 % is not
        doubled = max(was, now) >= 0.02 and max(was, now) >= 2 * min(was, now)  # noqa: PLR2004
        return abs(now - was) * 4 + doubled if abs(now - was) >= _POINTS or doubled else None
    if was <= 0 or now <= 0:
        return None if was == now else 3.0
    times = abs(math.log(now / was))
    return times if times >= _RELATIVE else None


def _mixed(answers: Mapping[Asked, Answer]) -> list[tuple[float, Shift]]:
    """Tell which models are called, where that is not as it was."""
    was, now = (_shares(answers.get(("llm.calls", _MODEL, before))) for before in (True, False))
    moved = max((abs(now.get(name, 0.0) - was.get(name, 0.0)) for name in {*was, *now}), default=0.0)
    if not was or not now or moved < _OTHER:
        return []
    return [(4.0 + moved, Shift("models called", mix(was), mix(now)))]


def _shares(answer: Answer | None) -> dict[str, float]:
    if answer is None:
        return {}
    seen = zip(answer.table.labels, answer.counts, strict=True)
    counts = {labels[0][1]: count for labels, count in seen if labels and count}
    whole = sum(counts.values())
    return {name: count / whole for name, count in counts.items()} if whole >= _FEWEST else {}


def mix(shares: Mapping[str, float]) -> str:
    """Write what something is made of: the two greatest parts."""
    greatest = sorted(shares.items(), key=lambda part: (-part[1], part[0]))[:2]
    if len(greatest) == 1:
        return greatest[0][0]
    return ", ".join(f"{name} {share * 100:.0f} %" for name, share in greatest)
