"""One tick on one page: ask → detect → dispatch."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from typing import Final, Protocol

from spanwise_alerts.alert import Alert, Change, Held
from spanwise_alerts.ask.recent import Recent
from spanwise_alerts.ask.source import Source
from spanwise_alerts.cover import Cover
from spanwise_alerts.detect import outage
from spanwise_alerts.detect.evaluate import Moved, evaluate, questions
from spanwise_alerts.errors import AlertsError, AskError, RecordError
from spanwise_alerts.group.identity import fingerprint, identity
from spanwise_alerts.memory import Health, Memory
from spanwise_alerts.notice import notice_of, retired
from spanwise_alerts.question import Answer, Question, Table
from spanwise_alerts.rule import Rule
from spanwise_alerts.rules.anomaly import Anomaly
from spanwise_alerts.rules.joint import Joint
from spanwise_alerts.rules.outage import Outage
from spanwise_alerts.study import Study

_HEARTBEAT_S: Final = 5.0
_UNASKED: Final = frozenset({"dead_man", "unanswered"})
_log = logging.getLogger(__name__)


class Taker(Protocol):
    """Who decides what is told of changes: the dispatcher."""

    async def take(self, changes: Sequence[Change], now_s: float) -> None:
        """Keep changes and tell of them; raise `RecordError` where nothing of it happened."""
        ...

    def cover(self, covers: Mapping[str, Cover], now_s: float) -> None:
        """Take which outages there are, by the fingerprints of their alerts."""
        ...

    async def release(self, now_s: float) -> None:
        """Tell from now on: rules were evaluated once."""
        ...


Record = Callable[[Sequence[Change]], Awaitable[None]]


class Keeper(Protocol):
    """Who remembers alerts over a restart: the store."""

    async def alerts(self) -> list[Held]:
        """Return what is pending or fires."""
        ...

    async def watched(self) -> dict[str, float]:
        """Return when each rule was last watched (Unix time)."""
        ...

    async def watch(self, watched: Mapping[str, float]) -> None:
        """Keep when rules were last watched."""
        ...


class Loop:
    """Evaluates every rule, once a tick; sources are asked beside each other, each once for all of its rules."""

    def __init__(
        self, rules: Sequence[Rule], sources: Mapping[str, Source], keeper: Keeper, taker: Taker, study: Study
    ) -> None:
        self.memory = Memory(rules, study)
        self._study = study
        self._rules = list(rules)
        self._sources = sources
        self._keeper = keeper
        self._taker = taker
        self._recent = {name: Recent() for name in sources}
        self._covers: dict[str, Cover] = {}
        self._running: dict[str, asyncio.Task[None]] = {}
        self._turn = asyncio.Lock()
        self._kept_s = float("-inf")
        self._released = False

    async def start(self, now_s: float) -> None:
        """Take up what was recorded; alerts that no rule stands for any more are resolved."""
        names = {rule.name for rule in self._rules}
        for name, at_s in (await self._keeper.watched()).items():
            if name in names:
                self.memory.health[name] = Health(at_s)
        self._study.watch(self._rules)
        await self._study.prune()
        orphans = self._settle(await self._keeper.alerts(), now_s, self._rules, self.memory)
        if orphans:
            await self._taker.take(orphans, now_s)

    async def reload(
        self, rules: Sequence[Rule], now_s: float, record: Record, sources: Mapping[str, Source] | None = None
    ) -> None:
        """Take other rules, and sources: what is unchanged keeps its state, what has no rule any more is resolved.

        `record` keeps those ends; where it raises, nothing is changed.
        """
        async with self._turn:
            if self._running:
                await asyncio.wait(self._running.values())
            before, health = list(self.memory.all()), self.memory.health
            memory = Memory(rules, self._study)
            memory.health.update({name: health[name] for name in memory.health.keys() & health.keys()})
            memory.unanswered_since.update(self.memory.unanswered_since)
            # the old rules stay until the database has the ends of their alerts
            await record(self._settle(before, now_s, rules, memory))
            self._rules, self.memory = list(rules), memory
            self._covers = {mark: each for mark, each in self._covers.items() if each.rule in memory.health}
            self._study.watch(self._rules)
            if sources is not None:
                self._sources = sources
                self._recent = {name: self._recent.get(name, Recent()) for name in sources}

    @staticmethod
    def _settle(held: Sequence[Held], now_s: float, rules: Sequence[Rule], memory: Memory) -> list[Change]:
        """Put into a memory the alerts that have a rule; return the ends of the others."""
        by_name = {rule.name: rule for rule in rules}
        orphans: list[Change] = []
        for each in held:
            rule = by_name.get(each.alert.rule)
            if rule is not None and fingerprint(identity(rule, each.alert.series)) == each.fingerprint:
                memory.keep(rule.name, each.alert.series, each)
            else:
                notice = retired(each.told, each.alert.step + 1, now_s) if each.told else None
                orphans.append(Change(each.fingerprint, None, notice))
        return orphans

    async def run(self, now: Callable[[], float], interval_s: float) -> None:
        """Tick until cancelled; a slow source delays neither the tick nor another source."""
        clock = asyncio.get_running_loop()
        while True:
            next_s = clock.time() + interval_s
            await self.tick(now(), interval_s)
            await asyncio.sleep(max(next_s - clock.time(), 0.0))

    async def tick(self, now_s: float, patience_s: float) -> None:
        """Evaluate all rules that are due at `now_s` (Unix time); wait for sources for `patience_s` at most."""
        async with self._turn:
            due = [rule for rule in self._rules if self.memory.due(rule, now_s)]
            for source in dict.fromkeys(rule.source for rule in due):
                if source not in self._running:
                    asked = [rule for rule in due if rule.source == source and rule.kind not in _UNASKED]
                    self._running[source] = asyncio.create_task(self._evaluate(source, asked, now_s))
            if self._running:
                await asyncio.wait(self._running.values(), timeout=patience_s)
            for source in [source for source, task in self._running.items() if task.done()]:
                self._running.pop(source).result()
            await self._judge([(rule, self._known(rule, now_s)) for rule in due if rule.kind in _UNASKED], now_s)
            if not self._released and self._rules and not self._running:
                await self._release(now_s)
        self._study.keep(now_s)
        await self._keep_watch(now_s)

    async def _release(self, now_s: float) -> None:
        try:
            await self._taker.release(now_s)
        except RecordError as error:
            _log.warning("nothing is told yet: %s", error)
        else:
            self._released = True

    async def _evaluate(self, source: str, rules: Sequence[Rule], now_s: float) -> None:
        studied = [rule for rule in rules if isinstance(rule, Anomaly | Joint)]
        await self._judge_studied(source, studied, now_s)
        rules = [rule for rule in rules if not isinstance(rule, Anomaly | Joint)]
        wanted = {rule.name: questions(rule, now_s) for rule in rules}
        try:
            answers = await self._ask(source, [each for asked in wanted.values() for each in asked], now_s)
        except AskError as error:
            self.memory.unanswered(source, now_s)
            self._failed(rules, now_s, error)
            return
        if wanted:
            self.memory.unanswered_since.pop(source, None)
        ready: list[tuple[Rule, list[Answer]]] = []
        for rule in rules:
            found = [answers[question] for question in wanted[rule.name]]
            faults = [answer for answer in found if isinstance(answer, AskError)]
            if faults:
                self._failed([rule], now_s, faults[0])
            else:
                ready.append((rule, [answer for answer in found if isinstance(answer, Answer)]))
        await self._judge(ready, now_s)

    async def _judge_studied(self, source: str, rules: Sequence[Anomaly | Joint], now_s: float) -> None:
        """Judge the rules that take on points as they close."""
        if not rules:
            return
        asked = self._sources[source]
        faults = await self._study.follow([rule for rule in rules if isinstance(rule, Anomaly)], asked, now_s)
        faults |= await self._study.agents.follow([rule for rule in rules if isinstance(rule, Joint)], asked, now_s)
        for rule in rules:
            if rule.name in faults:
                self._failed([rule], now_s, faults[rule.name])
        await self._judge([(rule, []) for rule in rules if rule.name not in faults], now_s)

    async def _ask(self, source: str, wanted: Sequence[Question], now_s: float) -> Mapping[Question, Answer | AskError]:
        recent = self._recent[source]
        missing = recent.missing(wanted, now_s)
        if missing:
            recent.keep(missing, await self._sources[source].ask(missing, now_s), now_s)
        return recent.answers

    def _known(self, rule: Rule, now_s: float) -> list[Answer]:
        since_s = self.memory.unanswered_since.get(rule.source)
        return [] if since_s is None else [Answer(Table([()]), [now_s - since_s], [1])]

    async def _judge(self, ready: Sequence[tuple[Rule, Sequence[Answer]]], now_s: float) -> None:
        """Evaluate rules and hand all that changes over at once: it is kept together or not at all."""
        moved = [(rule, self._moved(rule, answers, now_s)) for rule, answers in ready]
        changes = [(rule, each, self._change(rule, each)) for rule, found in moved for each in found]
        rules = [rule for rule, _ in ready]
        told = [change for _, each, change in changes if _differs(each.before, each.alert)]
        self._cover(changes, now_s)
        try:
            if told:
                await self._taker.take(told, now_s)
        except AlertsError as error:
            self._failed(rules, now_s, error)
            return
        for rule, answers in ready:
            self.memory.look(rule, answers)
        for rule, each, change in changes:
            self.memory.keep(rule.name, each.alert.series, change.held)
            self.memory.see(change.fingerprint, rule, each)
        back = [rule.name for rule in rules if self.memory.answered(rule.name, now_s)]
        if back:
            _log.warning("%d rules are evaluated again: %s", len(back), ", ".join(back[:5]))

    def _cover(self, changes: Iterable[tuple[Rule, Moved, Change]], now_s: float) -> None:
        """Say which outages there are before anything that they explain could be told."""
        had_some = bool(self._covers)
        for rule, each, change in changes:
            if not isinstance(rule, Outage):
                continue
            if each.alert.tier is None:
                self._covers.pop(change.fingerprint, None)
            # one whose victims gave up calling still has those that it had
            elif each.reading is not None and each.reading.victims:
                self._covers[change.fingerprint] = outage.covers(rule, each.reading)
        if had_some or self._covers:
            self._taker.cover(self._covers, now_s)

    def _moved(self, rule: Rule, answers: Sequence[Answer], now_s: float) -> list[Moved]:
        held = {series: each.alert for series, each in self.memory.of(rule.name).items()}
        unwatched_s = self.memory.unwatched_s(rule.name, now_s)
        return evaluate(rule, answers, held, now_s, unwatched_s=unwatched_s, state=self.memory.state(rule.name))

    def _change(self, rule: Rule, moved: Moved) -> Change:
        alert, before = moved.alert, self.memory.of(rule.name).get(moved.alert.series)
        previous = before.alert.tier if before else None
        if before is not None and (alert.tier, alert.mark) == (previous, before.alert.mark):
            mark = before.fingerprint
            return Change(mark, None if alert.over else Held(mark, alert, before.told))
        labels = identity(rule, alert.series)
        mark = before.fingerprint if before else fingerprint(labels)
        if alert.tier is None and previous is None:
            return Change(mark, None if alert.over else Held(mark, alert, None))
        asked = questions(rule, alert.updated_at_s)
        link = self._sources[rule.source].link(asked[0]) if asked else ""
        notice = notice_of(rule, alert, moved.reading, previous, labels, mark, link)
        return Change(mark, None if alert.over else Held(mark, alert, notice if alert.tier else None), notice)

    def _failed(self, rules: Sequence[Rule], now_s: float, error: AlertsError) -> None:
        blind = [rule.name for rule in rules if self.memory.failed(rule.name, now_s, str(error))]
        if blind:
            _log.warning(
                "%d rules cannot be evaluated, their alerts stay as they are: %s: %s",
                len(blind), ", ".join(blind[:5]), error,
            )  # fmt: skip

    async def _keep_watch(self, now_s: float) -> None:
        if now_s - self._kept_s < _HEARTBEAT_S:
            return
        self._kept_s = now_s
        health = self.memory.health.items()
        try:
            await self._keeper.watch({n: h.answered_at_s for n, h in health if h.answered_at_s is not None})
        except RecordError as error:
            _log.warning("the time of the last evaluation is not recorded: %s", error)

    async def close(self) -> None:
        """Let go of evaluations that still wait; what they would have found is found by the next start."""
        for task in self._running.values():
            task.cancel()
        await asyncio.gather(*self._running.values(), return_exceptions=True)
        await self._study.close()


def _differs(before: Alert | None, alert: Alert) -> bool:
    return before is None or (before.tier, before.mark, before.levels) != (alert.tier, alert.mark, alert.levels)
