"""All that goes on: alerts, the groups they are in, what was told, and what holds alerts back."""

from __future__ import annotations

import heapq
import itertools
import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace

from spanwise_alerts.alert import Notice
from spanwise_alerts.config import AlertsConfig
from spanwise_alerts.group.group import Case, Group
from spanwise_alerts.group.identity import group_key
from spanwise_alerts.group.tree import Node, tree_of
from spanwise_alerts.handed_over import handed_over
from spanwise_alerts.mute.flap import Flapping
from spanwise_alerts.mute.inhibit import Inhibition
from spanwise_alerts.mute.silenced import Silences
from spanwise_alerts.mute.storm import Bucket
from spanwise_alerts.mute.victims import Victims
from spanwise_alerts.people.attended import Attended
from spanwise_alerts.people.attention import Attention
from spanwise_alerts.people.climb import Climb, begun, waits
from spanwise_alerts.plan import Kept, Plan, Recorded
from spanwise_alerts.told import Entry

_MINUTE_S = 60.0
_EXPLAINED = frozenset({"threshold", "change", "absence", "burn_rate", "anomaly", "joint"})
"""Kinds of rules whose alerts may be the consequence of an outage; budgets and prices are not."""


class Floor:
    """The state of the dispatcher; what is changed here is written by the plan that comes along."""

    def __init__(
        self, config: AlertsConfig, recorded: Recorded, new_id: Callable[[], str], now_s: float, victims: Victims
    ) -> None:
        self.victims = victims
        self.cases: dict[str, Case] = {}
        self.log = {(entry.group_key, entry.receiver): entry for entry in recorded.entries}
        self.silences = Silences(recorded.silences)
        self.attended = Attended(recorded.attention)
        self.new_id = new_id
        self.flapping = Flapping(config.flap)
        for mark, at_s in recorded.changes:
            self.flapping.changed(mark, at_s)
        self.configure(config, now_s)
        for kept in recorded.kept:
            self.cases[kept.notice.fingerprint] = Case(
                kept.notice, kept.notice.routed_labels, kept.expires_at_s, kept.timeout
            )

    def configure(self, config: AlertsConfig, now_s: float) -> None:
        """Take a configuration in place of the one before; `rebuild` puts the groups together again."""
        self.config = config
        self.flapping.config = config.flap
        self.channels = {receiver.name: receiver.channels for receiver in config.receivers}
        self.pagers = {receiver.name: receiver.pagers for receiver in config.receivers}
        self.tree = tree_of(config.route, list(self.channels))
        self.attended.configure({each.name: each.moments_s for each in config.escalations})
        self.buckets = {name: Bucket(config.storm, now_s) for name in self.channels}
        self.backlog: dict[str, dict[tuple[str, str], Group]] = {name: {} for name in self.channels}
        self.groups: dict[tuple[str, str], Group] = {}
        self.inhibition = Inhibition(config.inhibit_rules)
        self.silences.plan(config.maintenance)
        self.silences.move(now_s)
        self._measures = {rule.name: rule.measured[0] for rule in config.watched if rule.kind in _EXPLAINED}
        self._timings = {named.name: named for named in config.time_intervals}
        self._timed = any(node.mute or node.active for node in self.tree.walk())
        self._held_now: dict[str, bool] = {}
        self._minute = -1
        self._queue: list[tuple[float, int, Group]] = []
        self._turn = itertools.count()
        self._expiries: list[tuple[float, str]] = []
        self.stirred = False
        self.shifted = True

    def rebuild(self, plan: Plan, now_s: float) -> None:
        """Put every alert into its groups, and take up what was told under another routing."""
        self.time_passes(now_s)
        for mark, case in self.cases.items():
            case.groups = {}
            self._inhibit(mark, case)
            self.place(mark, case, plan, now_s)
            if case.expires_at_s is not None and case.firing:
                heapq.heappush(self._expiries, (case.expires_at_s, mark))
        for entry in list(self.log.values()):
            self._take_up(entry, plan, now_s)
        for mark in [mark for mark, case in self.cases.items() if not case.groups and not case.firing]:
            self.forget(mark, plan)

    def _take_up(self, entry: Entry, plan: Plan, now_s: float) -> None:
        if entry.receiver not in self.channels:
            self.note(entry, None, plan)
            return
        key = (entry.group_key, entry.receiver)
        group = self.groups.get(key)
        firing = {mark: tier for mark, tier in entry.firing.items() if mark in self.cases}
        if firing.keys() != entry.firing.keys():
            self.note(entry, replace(entry, firing=firing, hushed=entry.hushed & firing.keys()), plan)
        for mark in firing:
            if group is None or mark not in group.cases:
                case = self.cases[mark]
                other = next((g for g in case.groups.values() if g.node.receiver == entry.receiver), None)
                if other is not None:
                    self._carry(mark, key, other, plan)
                    continue
                if group is None:
                    group = self._open(self._node_of(entry), dict(entry.labels), key[0], now_s)
                self._join(mark, case, group)
                group.guests.add(mark)
        if group is not None:
            group.flushed, group.anchor_s = True, now_s
            self.wake(group, now_s, at_once=True)
        elif key in self.log and not self.log[key].firing:
            self.note(entry, None, plan)

    def _node_of(self, entry: Entry) -> Node:
        for node in self.tree.walk():
            named = node.receiver == entry.receiver
            if (named or node.escalation) and group_key(node.key, entry.labels) == entry.group_key:
                return node if named else node.calling(entry.receiver)
        return Node.detached(self.tree, entry.receiver)

    def see(self, kept: Kept, plan: Plan, now_s: float) -> Case:
        """Take in what an alert says now."""
        notice = kept.notice
        mark = notice.fingerprint
        case = self.cases.get(mark)
        before = case.notice if case else None
        labels = case.labels if case else None
        if case is None:
            case = self.cases[mark] = Case(notice, notice.routed_labels)
        elif notice.source != "push" or notice.labels != labels:
            case.labels = notice.routed_labels
        case.notice, case.expires_at_s, case.timeout = notice, kept.expires_at_s, kept.timeout
        moved = before is None or before.status != notice.status
        changed = before is None or moved or before.tier != notice.tier
        if moved:
            self.flapping.changed(mark, now_s)
        if case.firing and case.expires_at_s is not None:
            heapq.heappush(self._expiries, (case.expires_at_s, mark))
        plan.kept[mark] = kept
        if not case.firing and self.attended.drop(mark):
            plan.attention[mark] = None
        self.shifted = self.shifted or self.attended.waits(mark)
        if changed or case.labels != labels:
            self._inhibit(mark, case)
            self.place(mark, case, plan, now_s, urgent=changed and case.firing and notice.kind == "upgraded")
        if not case.groups and not case.firing:
            self.forget(mark, plan)
        return case

    def inhibited_by(self, case: Case) -> tuple[str, ...]:
        """Return the fingerprints of alerts that hold one back: by a rule of the configuration, or by the graph."""
        found = self.inhibition.by(case.labels)
        notice = case.notice
        measure = self._measures.get(notice.rule, "") if notice.source == "rule" else ""
        outages = self.victims.by(notice.fingerprint, notice.rule, case.labels, measure) if measure else ()
        return tuple(sorted({*found, *outages})) if outages else found

    def forget(self, mark: str, plan: Plan) -> None:
        """Let go of an alert that is over and told."""
        del self.cases[mark]
        plan.kept[mark] = None

    def _inhibit(self, mark: str, case: Case) -> None:
        moved = self.inhibition.fires(mark, case.labels) if case.firing else self.inhibition.is_over(mark)
        self.stirred = self.stirred or moved

    def place(self, mark: str, case: Case, plan: Plan, now_s: float, *, urgent: bool = False) -> None:
        """Put an alert into the groups that it is routed to; who was told of it before is told of what follows."""
        wanted: dict[tuple[str, str], Group] = {}
        for node in self._telling(mark, case, plan, now_s):
            # an alert by itself stays in its group when its tier changes
            labels = node.labels_of(case.labels) if node.group_by is not None else dict(case.notice.labels)
            key = group_key(node.key, labels)
            found = self.groups.get((key, node.receiver))
            if found is None:
                if not case.firing:
                    continue
                found = self._open(node, labels, key, self._first_s(node, case.notice, now_s))
            wanted[found.id] = found
        for key, group in list(case.groups.items()):
            if key not in wanted:
                self._leave(mark, case, group, wanted.values(), plan)
        for group in wanted.values():
            if case.firing or mark in group.cases:
                self._join(mark, case, group)
                group.guests.discard(mark)
        for group in case.groups.values():
            critical = case.firing and case.notice.tier == "critical" and group.node.critical_at_once
            self.wake(group, now_s, at_once=critical or (urgent and group.flushed))

    def _telling(self, mark: str, case: Case, plan: Plan, now_s: float) -> list[Node]:
        """Return a node for each receiver that is told of an alert: those of its routes, those who were called."""
        nodes = self.tree.match(case.labels)
        climbs = self._climbs(mark, case, {node.escalation for node in nodes} - {""}, plan, now_s)
        found: list[Node] = []
        for node in nodes:
            found += [node] if node.receiver else []
            found += [node.calling(name) for name in climbs[node.escalation].called] if node.escalation else []
        return found

    def _climbs(self, mark: str, case: Case, chains: set[str], plan: Plan, now_s: float) -> Mapping[str, Climb]:
        """Have an alert climb the escalations that it is routed to, and no others; return where it is in each."""
        attention = self.attended.get(mark)
        if not case.firing:
            return {name: Climb(now_s) for name in chains}
        if chains == set(attention.climbs):
            return attention.climbs
        # whoever was not told yet that it was over and fires again is called again
        calls = max((self.log[key].calls.get(mark, 0) for key in case.groups if key in self.log), default=0)
        climbs = {
            name: attention.climbs.get(name) or begun(self.attended.chains[name], now_s, calls)
            for name in sorted(chains)
        }
        if attention.quiet:
            climbs = {name: waits(climb) for name, climb in climbs.items()}
        self.attend(replace(attention, climbs=climbs), plan)
        return climbs

    def attend(self, attention: Attention, plan: Plan) -> None:
        """Keep the attention of an alert as it is now."""
        self.attended.put(attention)
        plan.attention[attention.fingerprint] = None if attention.blank else attention

    def calls(self, group: Group) -> dict[str, int]:
        """Return the number of the newest call to a group's receiver, by fingerprint; without those that have none."""
        found: dict[str, int] = {}
        for mark in group.cases if self.attended.all() else ():
            attention = self.attended.get(mark)
            climb = attention.climbs.get(group.node.escalation)
            called = climb.called.get(group.node.receiver, 0) if climb else 0
            if call := called if group.node.escalation else attention.recalls:
                found[mark] = call
        return found

    def unrepeated(self, group: Group) -> set[str]:
        """Return the members of a group that are not repeated: routed here no more, or acknowledged."""
        if not self.attended.all():
            return group.guests
        return group.guests | {mark for mark in group.cases if self.attended.get(mark).acknowledged}

    def _first_s(self, node: Node, notice: Notice, now_s: float) -> float:
        # what began longer ago than the wait has waited enough, as in Alertmanager
        return now_s if notice.starts_at_s + node.group_wait_s < now_s else now_s + node.group_wait_s

    def _open(self, node: Node, labels: dict[str, str], key: str, first_s: float) -> Group:
        group = self.groups[key, node.receiver] = Group(key, node, labels, first_s)
        return group

    @staticmethod
    def _join(mark: str, case: Case, group: Group) -> None:
        group.cases[mark] = case
        case.groups[group.id] = group

    def _leave(self, mark: str, case: Case, group: Group, others: Iterable[Group], plan: Plan) -> None:
        entry = self.log.get(group.id)
        if entry is not None and mark in entry.firing:
            other = next((g for g in others if g.node.receiver == group.node.receiver), None)
            if other is None:
                group.guests.add(mark)
                return
            self._carry(mark, group.id, other, plan)
        self.part(mark, case, group)

    @staticmethod
    def part(mark: str, case: Case, group: Group) -> None:
        """Take an alert out of a group."""
        group.cases.pop(mark, None)
        group.guests.discard(mark)
        group.withheld.pop(mark, None)
        case.groups.pop(group.id, None)

    def _carry(self, mark: str, source: tuple[str, str], group: Group, plan: Plan) -> None:
        """Move what a receiver was told of an alert to another of its groups."""
        was = self.log[source]
        entry = self.entry(group)
        tier = was.firing[mark]
        rest = {key: value for key, value in was.firing.items() if key != mark}
        calls = {key: value for key, value in was.calls.items() if key != mark}
        self.note(was, replace(was, firing=rest, hushed=was.hushed - {mark}, calls=calls) if rest else None, plan)
        calls = {**entry.calls, **({mark: was.calls[mark]} if mark in was.calls else {})}
        hushed = entry.hushed | (was.hushed & {mark})
        told_s = max(entry.told_s, was.told_s)
        firing = {**entry.firing, mark: tier}
        pagers = {name: ends for name, ends in self.channels[was.receiver].items() if name in self.pagers[was.receiver]}
        on, letters = handed_over(was, entry, rest, self.cases[mark].notice, pagers)
        plan.letters += letters
        self.note(entry, replace(on, firing=firing, hushed=hushed, told_s=told_s, calls=calls), plan)

    def entry(self, group: Group) -> Entry:
        """Return what was told of a group; a new one where nothing was."""
        return self.log.get(group.id) or Entry(group.key, group.node.receiver, group.labels, self.new_id())

    def note(self, old: Entry, new: Entry | None, plan: Plan) -> None:
        """Write down what was told of a group."""
        key = (old.group_key, old.receiver)
        if new is None:
            if self.log.pop(key, None) is not None:
                plan.entries[key] = None
        elif self.log.get(key) != new:
            self.log[key] = plan.entries[key] = new

    def wake(self, group: Group, now_s: float, *, at_once: bool = False) -> None:
        """Have a group looked at: at once, or as soon as its interval allows."""
        self.call(group, now_s if at_once else group.next_s(now_s))

    def call(self, group: Group, at_s: float) -> None:
        """Have a group looked at, at a moment or before."""
        if at_s < group.due_s:
            group.due_s = at_s
            heapq.heappush(self._queue, (at_s, next(self._turn), group))

    def due(self, now_s: float) -> list[Group]:
        """Take the groups that are to be looked at now."""
        found: list[Group] = []
        while self._queue and self._queue[0][0] <= now_s:
            at_s, _, group = heapq.heappop(self._queue)
            if group.due_s == at_s and self.groups.get(group.id) is group:
                found.append(group)
        return found

    def expired(self, now_s: float) -> list[Case]:
        """Take the pushed alerts whose end has come."""
        found: list[Case] = []
        while self._expiries and self._expiries[0][0] <= now_s:
            at_s, mark = heapq.heappop(self._expiries)
            case = self.cases.get(mark)
            if case is not None and case.firing and case.expires_at_s == at_s:
                found.append(case)
        return found

    def time_passes(self, now_s: float) -> None:
        """Begin and end what the clock begins and ends; wake the groups that it is about."""
        self.stirred = self.victims.move(now_s) or self.stirred
        for silence in self.silences.move(now_s):
            self.shifted = True
            for case in self.cases.values():
                if silence.matches(case.labels):
                    for group in case.groups.values():
                        self.wake(group, now_s)
        if self._timed and now_s // _MINUTE_S != self._minute:
            self._minute = now_s // _MINUTE_S
            held = {name: timing.holds(now_s) for name, timing in self._timings.items()}
            if held != self._held_now:
                self._held_now = held
                self.shifted = True
                for group in self.groups.values():
                    if group.node.mute or group.node.active:
                        self.wake(group, now_s)

    def settle(self, now_s: float) -> None:
        """Wake the groups that hold something back, where what holds back has changed."""
        if self.stirred:
            self.stirred, self.shifted = False, True
            for group in self.groups.values():
                if group.withheld:
                    self.wake(group, now_s)

    def muted_by(self, node: Node) -> tuple[str, ...]:
        """Return the names of the time intervals that mute a route now."""
        muted = tuple(name for name in node.mute if self._held_now.get(name))
        if node.active and not any(self._held_now.get(name) for name in node.active):
            return (*muted, *node.active)
        return muted

    def next_s(self) -> float:
        """Return when something is to be done next (Unix time); infinite where nothing is."""
        while self._queue and self._queue[0][0] != self._queue[0][2].due_s:
            heapq.heappop(self._queue)
        return min(
            self._queue[0][0] if self._queue else math.inf,
            self._expiries[0][0] if self._expiries else math.inf,
            self.silences.next_s,
            self.attended.next_s(),
            self.victims.next_s(),
            (self._minute + 1) * _MINUTE_S if self._timed else math.inf,
            *(self.buckets[name].next_s() for name, waiting in self.backlog.items() if waiting),
        )

    def firing(self) -> Mapping[str, Case]:
        """Return the alerts that are not over, by fingerprint."""
        return {mark: case for mark, case in self.cases.items() if case.firing}
