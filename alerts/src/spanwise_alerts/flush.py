"""One flush on one page: mute → compare with what was told → message → notification log."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Final

from spanwise_alerts.alert import Message, Notice, Reason
from spanwise_alerts.floor import Floor
from spanwise_alerts.group.group import Case, Group
from spanwise_alerts.notify.message import letters_of, message_of
from spanwise_alerts.notify.why import why
from spanwise_alerts.plan import Happening, Plan
from spanwise_alerts.quantity import human_duration
from spanwise_alerts.told import Entry

_HUSHED_BY: Final = frozenset({"silenced", "snoozed", "muted"})


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a look at a group came to.

    Attributes:
        notices: of the members that nothing holds back.
        withheld: by fingerprint: what holds it back (silenced, snoozed, inhibited, muted or flapping), then by which.
        reason: why something is told; None where nothing is.
        flapping: when a digest told of which flapping alert last, by fingerprint.
        calls: the number of the newest call to the receiver, by fingerprint.
    """

    group: Group
    entry: Entry
    notices: tuple[Notice, ...]
    withheld: Mapping[str, tuple[str, ...]]
    reason: Reason | None
    flapping: Mapping[str, float]
    calls: Mapping[str, int]
    headline: str = ""

    @property
    def urgent(self) -> bool:
        """Whether it tells of a critical alert what was not told yet, or calls for one."""
        return any(
            notice.tier == "critical" and notice.status == "firing"
            and (self.entry.firing.get(notice.fingerprint) != notice.grade or self.calls_for(notice))
            for notice in self.notices
        )  # fmt: skip

    def calls_for(self, notice: Notice) -> bool:
        """Whether there is a call for an alert that was not told yet."""
        return self.calls.get(notice.fingerprint, 0) > self.entry.calls.get(notice.fingerprint, 0)


def flush(
    floor: Floor, groups: Iterable[Group], plan: Plan, now_s: float, newest: Callable[[Notice], Notice]
) -> list[Message]:
    """Look at groups and put into the plan what is to be told, in `newest` words; return the messages.

    What a receiver's bucket has no token for waits, and is told together with all else that waits.
    """
    messages: list[Message] = []
    for group in groups:
        verdict = judge(floor, group, now_s)
        receiver = group.node.receiver
        if verdict.reason is None:
            _conclude(floor, verdict, plan, now_s, told=False)
        elif verdict.urgent or (not floor.backlog[receiver] and floor.buckets[receiver].take(now_s)):
            messages += _tell(floor, [verdict], plan, now_s, newest)
        else:
            group.due_s = math.inf
            floor.backlog[receiver][group.id] = group
    for receiver, waiting in floor.backlog.items():
        if waiting and floor.buckets[receiver].next_s() <= now_s:
            verdicts = [judge(floor, group, now_s) for group in waiting.values() if floor.groups.get(group.id) is group]
            waiting.clear()
            for verdict in verdicts:
                if verdict.reason is None:
                    _conclude(floor, verdict, plan, now_s, told=False)
            telling = [verdict for verdict in verdicts if verdict.reason is not None]
            if telling and floor.buckets[receiver].take(now_s):
                messages += _tell(floor, telling, plan, now_s, newest)
    return messages


def judge(floor: Floor, group: Group, now_s: float) -> Verdict:
    """Look at a group: what is held back, and whether there is something to tell."""
    entry = floor.entry(group)
    muted = floor.muted_by(group.node)
    notices, withheld = list[Notice](), dict[str, tuple[str, ...]]()
    flapping = {mark: at_s for mark, at_s in entry.flapping.items() if floor.flapping.flaps(mark, now_s)}
    digest: Reason | None = None
    for mark, case in group.cases.items():
        by = _held_back(floor, entry, mark, case, muted)
        if not by and floor.flapping.flaps(mark, now_s) and case.notice.tier != "critical":
            if mark not in flapping:
                digest, flapping[mark] = "flapping", now_s
            elif now_s - flapping[mark] >= floor.config.flap.digest_s:
                digest, flapping[mark] = digest or "digest", now_s
            else:
                by = ("flapping",)
        if by:
            withheld[mark] = by
        else:
            notices.append(case.notice)
    calls, again = floor.calls(group), "escalated" if group.node.escalation else "unacknowledged"
    repeat_s = group.node.repeat_interval_s
    reason = digest or why(entry, notices, floor.unrepeated(group), now_s, repeat_s, calls, again)
    headline = _flapping(floor, notices, flapping, now_s) if digest else ""
    if reason == again:
        called = [
            notice for notice in notices if calls.get(notice.fingerprint, 0) > entry.calls.get(notice.fingerprint, 0)
        ]
        headline = _called(floor, called, group.node.escalation, now_s)
    return Verdict(group, entry, tuple(notices), withheld, reason, flapping, calls, headline)


def _held_back(floor: Floor, entry: Entry, mark: str, case: Case, muted: tuple[str, ...]) -> tuple[str, ...]:
    """Say by what an alert is held back: what kind it is, then which; empty where it is not."""
    case.processed = True
    if muted:
        return ("muted", *muted)
    # who was told that it fires is told that it is over, whatever holds it back since
    if not case.firing and mark in entry.firing:
        return ()
    if silenced := floor.silences.by(case.labels):
        return ("silenced", *silenced)
    if snoozed := floor.attended.get(mark).snoozed:
        return ("snoozed", snoozed.by)
    if inhibited := floor.inhibited_by(case):
        return ("inhibited", *inhibited)
    return ()


def _flapping(floor: Floor, notices: Iterable[Notice], flapping: Mapping[str, float], now_s: float) -> str:
    config = floor.config.flap
    per, again = human_duration(config.per_s), human_duration(config.digest_s)
    words = [
        f"{notice.summary} ({floor.flapping.score(notice.fingerprint, now_s)} changes in {per})"
        for notice in notices
        if flapping.get(notice.fingerprint) == now_s
    ]
    return f"flapping, next word in {again}: {'; '.join(words)}"


def _called(floor: Floor, called: Iterable[Notice], escalation: str, now_s: float) -> str:
    """Say why somebody is called, or called again."""
    words: list[str] = []
    for notice in called:
        climb = floor.attended.get(notice.fingerprint).climbs.get(escalation)
        waited_s = now_s - climb.begun_s if climb else 0.0
        why_now = f"not acknowledged for {human_duration(waited_s)}" if waited_s else "nobody looks after it"
        words.append(f"{why_now}: {notice.summary}")
    return "; ".join(words)


def _tell(
    floor: Floor, verdicts: list[Verdict], plan: Plan, now_s: float, newest: Callable[[Notice], Notice]
) -> list[Message]:
    """Make one message of one verdict or several, and conclude them."""
    first = verdicts[0]
    receiver = first.group.node.receiver
    channels = floor.channels[receiver]
    if len(verdicts) == 1:
        message = _own_message(first, newest)
        letters = letters_of(message, first.entry.thread, first.entry.step + 1, channels)
    else:
        notices = {n.fingerprint: newest(n) for verdict in verdicts for n in verdict.notices}
        headline = f"{len(notices)} alerts of {len(verdicts)} groups, told together: too many messages"
        message = message_of(f"overflow:{receiver}", receiver, "overflow", list(notices.values()), {}, headline)
        pagers = {name: ends for name, ends in channels.items() if name in floor.pagers[receiver]}
        others = {name: ends for name, ends in channels.items() if name not in pagers}
        letters = letters_of(message, floor.new_id(), 1, others)
        # each group is an incident there, which no summary opens or ends
        for each in verdicts:
            letters += letters_of(_own_message(each, newest), each.entry.thread, each.entry.step + 1, pagers)
    plan.letters += letters
    keys = [letter.key for letter in letters]
    for verdict in verdicts:
        detail = {
            "group_key": verdict.group.key, "receiver": receiver, "reason": verdict.reason, "letters": keys,
            "together": message.reason == "overflow",
        }  # fmt: skip
        for notice in verdict.notices:
            told = {**detail, "status": notice.status, "tier": notice.tier}
            plan.audit.append(Happening(now_s, "told", notice.fingerprint, told))
        _conclude(floor, verdict, plan, now_s, told=True)
    return [message]


def _own_message(verdict: Verdict, newest: Callable[[Notice], Notice]) -> Message:
    """Make the message that tells of one group."""
    group, reason = verdict.group, verdict.reason
    assert reason is not None
    said = [newest(notice) for notice in verdict.notices]
    return message_of(group.key, group.node.receiver, reason, said, group.labels, verdict.headline)


def _conclude(floor: Floor, verdict: Verdict, plan: Plan, now_s: float, *, told: bool) -> None:
    """Write down what was told of a group and what was not, let go of what is over, and say when to look again."""
    group, entry = verdict.group, verdict.entry
    withheld = {mark: by for mark, by in verdict.withheld.items() if _stays(group.cases[mark], entry, mark, by)}
    held = {mark: tier for mark, tier in entry.firing.items() if mark in withheld}
    hushed = {mark for mark in held if withheld[mark][0] in _HUSHED_BY or mark in entry.hushed}
    firing = {n.fingerprint: n.grade for n in verdict.notices if n.status == "firing"} if told else dict(entry.firing)
    firing = {mark: tier for mark, tier in {**firing, **held}.items() if mark in group.cases}
    fresh = {notice.fingerprint for notice in verdict.notices} if told else set[str]()
    calls = {mark: (verdict.calls if mark in fresh else entry.calls).get(mark, 0) for mark in firing}
    calls = {mark: call for mark, call in calls.items() if call}
    now = replace(
        entry, firing=firing, calls=calls, hushed=frozenset(hushed), flapping=dict(verdict.flapping),
        step=entry.step + told, told_s=now_s if told else entry.told_s,
    )  # fmt: skip
    for mark, by in verdict.withheld.items():
        if group.withheld.get(mark) != by:
            detail = {"group_key": group.key, "receiver": group.node.receiver, "by": list(by[1:])}
            plan.audit.append(Happening(now_s, by[0], mark, detail))
    group.withheld = dict(withheld)
    for mark, case in list(group.cases.items()):
        if not case.firing and mark not in withheld:
            floor.part(mark, case, group)
            if not case.groups:
                floor.forget(mark, plan)
        elif mark in group.guests and mark not in firing:
            floor.part(mark, case, group)
    floor.note(entry, now if firing or now.flapping else None, plan)
    group.flushed, group.anchor_s, group.due_s = True, min(group.due_s, now_s), math.inf
    if group.cases or now.flapping:
        _look_again(floor, group, now, now_s)
    else:
        floor.groups.pop(group.id, None)


def _stays(case: Case, entry: Entry, mark: str, by: tuple[str, ...]) -> bool:
    """Whether something held back may still be told: it fires, was told to fire, or comes in a digest."""
    return case.firing or mark in entry.firing or by[0] == "flapping"


def _look_again(floor: Floor, group: Group, entry: Entry, now_s: float) -> None:
    unrepeated = floor.unrepeated(group)
    if any(mark not in group.withheld and mark not in unrepeated for mark in entry.firing):
        floor.call(group, group.next_s(max(entry.told_s + group.node.repeat_interval_s, now_s)))
    for mark, at_s in entry.flapping.items():
        digest_s, calm_s = at_s + floor.config.flap.digest_s, floor.flapping.calm_s(mark)
        floor.call(group, group.next_s(min(digest_s, calm_s) if digest_s > now_s else calm_s))
