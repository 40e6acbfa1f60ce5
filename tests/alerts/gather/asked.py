"""What the tests of evidence share: rules at a moment, and answers without a collector."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from spanwise_alerts.alert import Notice
from spanwise_alerts.detect.evaluate import questions
from spanwise_alerts.gather.subject import Subject, subject_of
from spanwise_alerts.question import Answer, Table
from spanwise_alerts.rules.kinds import rule_of
from tests.alerts.builders import a_notice

AT_S = 1_795_000_000.0


def rule(**keys: Any) -> Any:
    """Make a rule; a key that is None is left out."""
    usual = {
        "name": "llm-latency", "measure": "llm.duration", "stat": "p95", "by": ["model"], "window": "5m",
        "tiers": {"warning": {"above": "8s", "for": "2m"}},
    }  # fmt: skip
    return rule_of({name: value for name, value in {**usual, **keys}.items() if value is not None})


def notice(**changes: Any) -> Notice:
    return a_notice(**{"starts_at_s": AT_S, "updated_at_s": AT_S, **changes})


def subject(say: Notice | None = None, **keys: Any) -> Subject:
    told, made = say or notice(), rule(**keys)
    found = subject_of(made, told, questions(made, told.updated_at_s))
    assert found is not None
    return found


def answer(dimension: str, parts: Mapping[str, tuple[float | None, int]]) -> Answer:
    labels = [((dimension, name),) if name else () for name in parts]
    return Answer(Table(labels), [value for value, _ in parts.values()], [count for _, count in parts.values()])


def whole(value: float | None, count: int = 50) -> Answer:
    return Answer(Table([()]), [value], [count])
