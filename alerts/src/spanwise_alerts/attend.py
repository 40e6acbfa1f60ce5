"""What people and time do to the attention of alerts: acts, ends of acknowledgements, steps of escalations."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from spanwise_alerts.alert import Notice
from spanwise_alerts.floor import Floor
from spanwise_alerts.group.group import Case
from spanwise_alerts.matchers import Matchers, matches_all
from spanwise_alerts.people.act import Act, AlertUnknown, done, ended, outgrown, overdue
from spanwise_alerts.people.attention import Attention, Grade
from spanwise_alerts.people.climb import Climb, goes_on, over, step, waits
from spanwise_alerts.people.links import digest_of
from spanwise_alerts.plan import Happening, Plan
from spanwise_alerts.rule import TIERS

_HEARD = frozenset({"assign", "comment"})
"""Acts that change nothing about who is told."""


@dataclass(frozen=True, slots=True)
class Target:
    """Which alerts somebody acts on: all of one of the three.

    Attributes:
        fingerprints: each has to fire.
        matchers: those that fire and match.
        group: those that fire in the group that `digest_of` makes this of, whoever is told of it.
        begun_by_s: only those that began to fire up to this moment (Unix time).
    """

    fingerprints: tuple[str, ...] = ()
    matchers: Matchers = ()
    group: str = ""
    begun_by_s: float = float("inf")


def marks_of(floor: Floor, target: Target) -> list[str]:
    """Return the fingerprints of the alerts that are meant.

    Raises:
        AlertUnknown: one that is named does not fire, or is a later firing.
    """
    for mark in target.fingerprints:
        case = floor.cases.get(mark)
        if case is None or not case.firing or case.notice.starts_at_s > target.begun_by_s:
            raise AlertUnknown(mark)
    if target.fingerprints:
        return list(dict.fromkeys(target.fingerprints))
    return [
        mark for mark, case in sorted(floor.firing().items())
        if case.notice.starts_at_s <= target.begun_by_s
        and (matches_all(target.matchers, case.labels) if target.matchers else _within(case, target.group))
    ]  # fmt: skip


def act_on(floor: Floor, marks: Sequence[str], act: Act, plan: Plan, now_s: float) -> None:
    """Do it to all of them; the act was checked."""
    timeout_s = floor.config.acknowledging.timeout_s
    if act.kind == "acknowledge" and act.until_s is None and timeout_s is not None:
        act = replace(act, until_s=now_s + timeout_s)
    detail = {"author": act.author, "comment": act.comment, "until_s": act.until_s, "assignee": act.assignee}
    for mark in marks:
        was = floor.attended.get(mark)
        now = done(was, act, grade_of(floor.cases[mark].notice), now_s, floor.attended.chains)
        if now != was:
            floor.attend(now, plan)
            plan.audit.append(Happening(now_s, act.kind, mark, detail))
            if act.kind not in _HEARD:
                _wake(floor, mark, now_s)


def outgrow(floor: Floor, notice: Notice, plan: Plan, now_s: float) -> None:
    """End what was meant for a milder alert."""
    attention = floor.attended.get(notice.fingerprint)
    if attention.quiet and floor.config.acknowledging.ends_when_worse:
        _end(floor, attention, outgrown(attention, grade_of(notice)), "it is worse", plan, now_s)


def tend(floor: Floor, plan: Plan, now_s: float) -> None:
    """End what is over, and have alerts climb on."""
    if floor.shifted:
        floor.shifted = False
        for attention in floor.attended.waiting():
            _go_on(floor, attention, plan, now_s)
    # whatever comes anew may be due at once
    while found := floor.attended.due(now_s):
        for attention in found:
            if not _end(floor, attention, overdue(attention, now_s), "its time is over", plan, now_s):
                _climb(floor, attention, plan, now_s)


def grade_of(notice: Notice) -> Grade:
    """Return how grave an alert is."""
    return TIERS.index(notice.tier), notice.mark


def _within(case: Case, group: str) -> bool:
    return any(digest_of(key) == group for key, _ in case.groups)


def _end(
    floor: Floor, attention: Attention, over: tuple[bool, bool], reason: str, plan: Plan, now_s: float
) -> bool:  # fmt: skip
    """End the acknowledgement, the snooze, both or neither; say whether one ended."""
    acknowledgement, snooze = over
    mark = attention.fingerprint
    now = ended(attention, now_s, floor.attended.chains, acknowledgement=acknowledgement, snooze=snooze)
    if now == attention:
        return False
    floor.attend(now, plan)
    for whose, is_over, what in (
        (attention.acknowledged, acknowledgement, "acknowledge-ended"), (attention.snoozed, snooze, "snooze-ended"),
    ):  # fmt: skip
        if is_over and whose is not None:
            plan.audit.append(Happening(now_s, what, mark, {"author": whose.by, "reason": reason}))
    _wake(floor, mark, now_s)
    return True


def _climb(floor: Floor, attention: Attention, plan: Plan, now_s: float) -> None:
    """Take the steps that are due, or wait where nobody is to be told of the alert."""
    mark, case = attention.fingerprint, floor.cases[attention.fingerprint]
    climbs = dict(attention.climbs)
    for name, climb in attention.climbs.items():
        if climb.next_s is None or climb.next_s > now_s:
            continue
        moments_s = floor.attended.chains[name]
        # whoever is called first is told when it is heard of, as everybody is
        first = climb.taken == 0 and moments_s[0] == 0
        if over(climb, moments_s) or (not first and _held_back(floor, case, name)):
            climbs[name] = waits(climb)
            continue
        receivers = list(_receivers(floor, name, climb, now_s))
        climbs[name] = step(climb, moments_s, receivers, now_s)
        detail: dict[str, Any] = {"escalation": name, "step": climb.taken + 1, "receivers": receivers}
        plan.audit.append(Happening(now_s, "escalated", mark, detail))
    floor.attend(replace(attention, climbs=climbs), plan)
    floor.place(mark, case, plan, now_s)
    for (_, receiver), group in case.groups.items():
        before, now = (each.get(group.node.escalation) for each in (attention.climbs, climbs))
        if now is not None and now.calls > 1 and now != before and now.called.get(receiver) == now.calls:
            floor.wake(group, now_s, at_once=True)


def _go_on(floor: Floor, attention: Attention, plan: Plan, now_s: float) -> None:
    case, chains = floor.cases[attention.fingerprint], floor.attended.chains
    climbs = {
        name: goes_on(climb, chains[name], now_s)
        if climb.next_s is None and not _held_back(floor, case, name) else climb
        for name, climb in attention.climbs.items()
    }  # fmt: skip
    if climbs != attention.climbs:
        floor.attend(replace(attention, climbs=climbs), plan)


def _held_back(floor: Floor, case: Case, escalation: str) -> bool:
    """Whether nobody is to be told of an alert now: it is silenced, inhibited, or its time is muted."""
    nodes = [node for node in floor.tree.match(case.labels) if node.escalation == escalation]
    muted = all(floor.muted_by(node) for node in nodes)
    return muted or bool(floor.silences.by(case.labels) or floor.inhibited_by(case))


def _receivers(floor: Floor, escalation: str, climb: Climb, now_s: float) -> Iterator[str]:
    """Go through those whom the next step calls: on call is who has the duty at this moment."""
    config = floor.config
    step_of = next(each for each in config.escalations if each.name == escalation).step(climb.taken)
    yield from step_of.receivers
    for name in step_of.on_call:
        who = next(each for each in config.on_call if each.name == name).who(now_s)
        yield next(person.receiver for person in config.people if person.name == who)


def _wake(floor: Floor, mark: str, now_s: float) -> None:
    for group in floor.cases[mark].groups.values():
        floor.wake(group, now_s, at_once=group.flushed)
