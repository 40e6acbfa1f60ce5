"""Dead man: breached whatever comes."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from spanwise_alerts.alert import Labels
from spanwise_alerts.detect.reading import Reading
from spanwise_alerts.question import Answer, Question
from spanwise_alerts.rules.dead_man import DeadMan


def questions(_rule: DeadMan, _now_s: float) -> tuple[Question, ...]:
    """Ask nothing."""
    return ()


def readings(
    rule: DeadMan, _answers: Sequence[Answer], _held: Collection[Labels], _now_s: float
) -> dict[Labels, Reading]:
    """Say that it fires."""
    return {(): Reading((), dict.fromkeys(rule.tiers, "breach"))}
