"""Unanswered: how long a source has not answered."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from spanwise_alerts.alert import Labels
from spanwise_alerts.detect.reading import Reading
from spanwise_alerts.question import Answer, Question
from spanwise_alerts.rules.unanswered import Unanswered


def questions(_rule: Unanswered, _now_s: float) -> tuple[Question, ...]:
    """Ask nothing: the loop knows, and hands it over as the one answer."""
    return ()


def readings(
    rule: Unanswered, answers: Sequence[Answer], _held: Collection[Labels], _now_s: float
) -> dict[Labels, Reading]:
    """Breach each tier while the source does not answer; the value is for how long, in seconds."""
    silent_s = answers[0].of(())[0] if answers else None
    return {(): Reading((), dict.fromkeys(rule.tiers, "breach"), silent_s)} if silent_s is not None else {}
