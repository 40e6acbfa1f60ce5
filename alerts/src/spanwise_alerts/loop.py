"""One tick on one page: ask → detect → group → notify → record."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Sequence
from typing import Final, Protocol

from spanwise_alerts.alert import Alert, Change, Held, Labels, Observation
from spanwise_alerts.detect.threshold import detect
from spanwise_alerts.errors import AlertsError, RecordError
from spanwise_alerts.events import AlertChanged, OnEvent
from spanwise_alerts.group.identity import fingerprint, group_key, identity
from spanwise_alerts.memory import Health, Memory
from spanwise_alerts.notify.notice import letter_to, notice_of, retired
from spanwise_alerts.record.store import Store
from spanwise_alerts.rule import Rule

_HEARTBEAT_S: Final = 5.0
_log = logging.getLogger(__name__)


class Source(Protocol):
    """Where numbers come from."""

    async def ask(self, rule: Rule, at_s: float) -> list[Observation]:
        """Return the rule's series at a moment; raise `AskError` where there is no answer."""
        ...

    def link(self, rule: Rule) -> str:
        """Return where a person can look at them."""
        ...


class Loop:
    """Evaluates every rule, once a tick and beside each other; a rule that is still waiting is not asked twice."""

    def __init__(
        self, rules: Sequence[Rule], source: Source, store: Store, channels: Sequence[str], on_event: OnEvent
    ) -> None:
        self.memory = Memory(rules)
        self._rules = rules
        self._source = source
        self._store = store
        self._channels = channels
        self._on_event = on_event
        self._running: dict[str, asyncio.Task[None]] = {}
        self._kept_s = float("-inf")

    async def start(self, now_s: float) -> None:
        """Take up what was recorded; alerts that no rule stands for any more are resolved."""
        rules = {rule.name: rule for rule in self._rules}
        for name, at_s in (await self._store.watched()).items():
            if name in rules:
                self.memory.health[name] = Health(at_s)
        orphans: list[Change] = []
        for held in await self._store.alerts():
            rule = rules.get(held.alert.rule)
            if rule is not None and fingerprint(identity(rule, held.alert.series)) == held.fingerprint:
                self.memory.keep(rule.name, held.alert.series, held)
            else:
                orphans.append(self._retire(held, now_s))
        await self._record(orphans, now_s)

    async def run(self, now: Callable[[], float], interval_s: float) -> None:
        """Tick until cancelled; a slow rule delays neither the tick nor another rule."""
        clock = asyncio.get_running_loop()
        while True:
            next_s = clock.time() + interval_s
            await self.tick(now(), interval_s)
            await asyncio.sleep(max(next_s - clock.time(), 0.0))

    async def tick(self, now_s: float, patience_s: float) -> None:
        """Evaluate all rules at `now_s` (Unix time); wait for them for `patience_s` at most."""
        for rule in self._rules:
            if rule.name not in self._running:
                self._running[rule.name] = asyncio.create_task(self._evaluate(rule, now_s))
        if self._running:
            await asyncio.wait(self._running.values(), timeout=patience_s)
        for name in [name for name, task in self._running.items() if task.done()]:
            self._running.pop(name).result()
        await self._keep_watch(now_s)

    async def _evaluate(self, rule: Rule, now_s: float) -> None:
        try:
            seen = {observed.labels: observed for observed in await self._source.ask(rule, now_s)}
            moved = self._detect(rule, seen, now_s)
            changes = [self._change(rule, before, alert) for before, alert in moved]
            await self._record([c for c, move in zip(changes, moved, strict=True) if _differs(*move)], now_s)
        except AlertsError as error:
            if self.memory.failed(rule.name, now_s, str(error)):
                _log.warning("rule %s cannot be evaluated, its alerts stay as they are: %s", rule.name, error)
            return
        for change, (_, alert) in zip(changes, moved, strict=True):
            self.memory.keep(rule.name, alert.series, change.held)
        if self.memory.answered(rule.name, now_s):
            _log.warning("rule %s is evaluated again", rule.name)

    def _detect(self, rule: Rule, seen: dict[Labels, Observation], now_s: float) -> list[tuple[Held | None, Alert]]:
        held = self.memory.of(rule.name)
        unwatched_s = self.memory.unwatched_s(rule.name, now_s)
        moved: list[tuple[Held | None, Alert]] = []
        for series in {**held, **seen}:
            before = held.get(series)
            was = before.alert if before else None
            alert = detect(rule, series, was, seen.get(series), now_s, unwatched_s=unwatched_s)
            if before or not alert.over:
                moved.append((before, alert))
        return moved

    def _change(self, rule: Rule, before: Held | None, alert: Alert) -> Change:
        labels = identity(rule, alert.series)
        mark = before.fingerprint if before else fingerprint(labels)
        previous = before.alert.tier if before else None
        if alert.tier == previous:
            told = before.told if before else None
            return Change(mark, None if alert.over else Held(mark, alert, told))
        notice = notice_of(rule, alert, previous, labels, group_key(labels), mark, self._source.link(rule))
        letters = tuple(letter_to(channel, notice) for channel in self._channels)
        told = notice if alert.tier else None
        return Change(mark, None if alert.over else Held(mark, alert, told), notice, letters)

    def _retire(self, held: Held, now_s: float) -> Change:
        if held.told is None:
            return Change(held.fingerprint, None)
        notice = retired(held.told, held.alert.step + 1, now_s)
        return Change(held.fingerprint, None, notice, tuple(letter_to(channel, notice) for channel in self._channels))

    async def _record(self, changes: Sequence[Change], now_s: float) -> None:
        if changes:
            await self._store.commit(changes, now_s)
        for change in changes:
            if change.notice is not None:
                self._on_event(AlertChanged(now_s, change.notice.kind, change.notice))

    async def _keep_watch(self, now_s: float) -> None:
        if now_s - self._kept_s < _HEARTBEAT_S:
            return
        self._kept_s = now_s
        health = self.memory.health.items()
        try:
            await self._store.watch({n: h.answered_at_s for n, h in health if h.answered_at_s is not None})
        except RecordError as error:
            _log.warning("the time of the last evaluation is not recorded: %s", error)

    async def close(self) -> None:
        """Let go of evaluations that still wait; what they would have found is found by the next start."""
        for task in self._running.values():
            task.cancel()
        await asyncio.gather(*self._running.values(), return_exceptions=True)


def _differs(before: Held | None, alert: Alert) -> bool:
    return before is None or before.alert.tier != alert.tier or before.alert.levels != alert.levels
