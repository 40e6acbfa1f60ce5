"""Evaluate one rule: what to ask, and what the answers make of its alerts. Pure: live, backtest and tests share it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from spanwise_alerts.alert import Alert, Labels
from spanwise_alerts.detect import (
    absence,
    budget,
    burn_rate,
    change,
    dead_man,
    outage,
    promql,
    runaway,
    threshold,
    unanswered,
    unpriced,
)
from spanwise_alerts.detect.anomaly import readings as anomaly
from spanwise_alerts.detect.anomaly.state import State as Series
from spanwise_alerts.detect.joint import readings as joint
from spanwise_alerts.detect.joint.features import questions as of_agents
from spanwise_alerts.detect.joint.state import State as Agents
from spanwise_alerts.detect.machine import move
from spanwise_alerts.detect.reading import Reading
from spanwise_alerts.question import Answer, Question
from spanwise_alerts.rule import Rule
from spanwise_alerts.rules.anomaly import Anomaly
from spanwise_alerts.rules.budget import Budget
from spanwise_alerts.rules.joint import Joint

Read = Callable[[Any, Sequence[Answer], Collection[Labels], float], dict[Labels, Reading]]
Ask = Callable[[Any, float], tuple[Question, ...]]

State = Series | Agents
"""What kinds know that judge by what they saw before."""


def _nothing(*_: object) -> dict[Labels, Reading]:
    """Read nothing: what is judged is the state."""
    return {}


_DETECTORS: Final[dict[str, tuple[Ask, Read]]] = {
    "threshold": (threshold.questions, threshold.readings),
    "change": (change.questions, change.readings),
    "absence": (absence.questions, absence.readings),
    "budget": (budget.questions, budget.readings),
    "burn_rate": (burn_rate.questions, burn_rate.readings),
    "unpriced": (unpriced.questions, unpriced.readings),
    "promql": (promql.questions, promql.readings),
    "anomaly": (anomaly.questions, _nothing),
    "joint": (of_agents, _nothing),
    "unanswered": (unanswered.questions, unanswered.readings),
    "outage": (outage.questions, outage.readings),
    "dead_man": (dead_man.questions, dead_man.readings),
    "runaway": (runaway.questions, runaway.readings),
}


@dataclass(frozen=True, slots=True)
class Moved:
    """One series of a rule after an evaluation.

    Attributes:
        before: the alert as it was; None where nothing was held.
        alert: as it is; `over` where it is held no longer.
        reading: what was seen; None where there was nothing to see.
    """

    before: Alert | None
    alert: Alert
    reading: Reading | None


def questions(rule: Rule, now_s: float) -> tuple[Question, ...]:
    """Return what has to be asked for an evaluation at a moment (Unix time)."""
    return _DETECTORS[rule.kind][0](rule, now_s)


def observe(rule: Rule, state: State | None, answers: Sequence[Answer], now_s: float) -> State | None:
    """Take on the numbers of a moment, for kinds that judge by what they saw before.

    Args:
        rule: of any kind.
        state: what was known before; None at first.
        answers: to `questions(rule, now_s)`, in their order.
        now_s: Unix time; only where a point ends is there anything to see.

    Returns:
        What is known now, for `evaluate`: the same object, brought up to date; None for kinds that know nothing.
    """
    if isinstance(rule, Anomaly):
        series = state if isinstance(state, Series) else Series(rule)
        if anomaly.ends(rule.bucket_s, now_s):
            series.take(answers[0], now_s, draw=False)
        return series
    if isinstance(rule, Joint):
        agents = state if isinstance(state, Agents) else Agents(rule)
        if anomaly.ends(rule.bucket_s, now_s):
            agents.take(answers, now_s)
        if agents.untrained:
            agents.learn()
        return agents
    return None


def evaluate(
    rule: Rule, answers: Sequence[Answer], held: Mapping[Labels, Alert], now_s: float, *, unwatched_s: float = 0.0,
    state: State | None = None,
) -> list[Moved]:  # fmt: skip
    """Judge a rule at a moment.

    Args:
        rule: of any kind.
        answers: to `questions(rule, now_s)`, in their order.
        held: its alerts that are pending or firing, by series.
        now_s: Unix time.
        unwatched_s: how long nobody looked before now.
        state: what `observe` gave, which is read only; None where nothing is known yet, or the kind knows nothing.

    Returns:
        Every series that was held or is to be; of all others nothing is made.
    """
    if isinstance(rule, Anomaly):
        found = anomaly.readings(rule, state if isinstance(state, Series) else None, held)
    elif isinstance(rule, Joint):
        found = joint.readings(rule, state if isinstance(state, Agents) else None, held)
    else:
        found = _DETECTORS[rule.kind][1](rule, answers, held, now_s)
    moved: list[Moved] = []
    for series in {**held, **found}:
        before, reading, judged = held.get(series), found.get(series), rule
        if isinstance(rule, Budget) and before and budget.new_period(rule, before.updated_at_s, now_s):
            # what the last period reached ends with it, at once; the next evaluation looks at the new one
            reading, judged = None, rule.model_copy(update={"keep_firing_for_s": 0.0})
        alert = move(judged, series, before, reading, now_s, unwatched_s=unwatched_s)
        if before or not alert.over:
            moved.append(Moved(before, alert, reading))
    return moved
