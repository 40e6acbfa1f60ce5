"""The only place that decides who is told what and when: changes come in, messages go out, in one transaction."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final, Protocol, TypeVar, cast

from spanwise_alerts.alert import Change, GroupView, Notice, Posted, Standing
from spanwise_alerts.attend import Target, act_on, marks_of, outgrow, tend
from spanwise_alerts.called_off import called_off
from spanwise_alerts.config import AlertsConfig
from spanwise_alerts.cover import Cover
from spanwise_alerts.errors import AlertsError, RecordError
from spanwise_alerts.events import AlertChanged, Event, Notified, OnEvent
from spanwise_alerts.floor import Floor
from spanwise_alerts.flush import flush
from spanwise_alerts.mute.silenced import expired
from spanwise_alerts.mute.victims import Victims
from spanwise_alerts.people.act import Act, AlertUnknown
from spanwise_alerts.people.attention import Attention
from spanwise_alerts.plan import Happening, Kept, Plan, Recorded
from spanwise_alerts.pushed import kept_of, merged, over
from spanwise_alerts.silence import Silence, SilenceDraft, SilenceUnknown, made
from spanwise_alerts.stop import letters_to_stop
from spanwise_alerts.upkeep import end_resolved, keep, remind, reminder_s
from spanwise_alerts.views import group_views, standings

_PRUNE_S: Final = 3600.0
_AGAIN_S: Final = 0.5
_LONGEST_S: Final = 5.0
# whoever pushes alerts could not while this process was down: they stay for as long as a push may take to come
_GRACE_S: Final = 120.0
_log = logging.getLogger(__name__)
T = TypeVar("T")
_Work = Callable[[Plan, float], Any]


class Keeper(Protocol):
    """Where decisions are kept."""

    async def recorded(self, since_s: float) -> Recorded:
        """Return what is to be known at a start."""
        ...

    async def commit(self, plan: Plan) -> None:
        """Keep a plan, all of it or nothing; raise `RecordError` for nothing."""
        ...

    async def prune(self, now_s: float) -> None:
        """Forget what is old."""
        ...


class Dispatcher:
    """Takes what happens to alerts, and decides who is told.

    All that is asked of it at the same time is one transaction. Where that is refused, everybody gets the
    `RecordError`, nothing of it happened, and the state is read back before anything else.
    """

    def __init__(
        self, config: AlertsConfig, store: Keeper, on_event: OnEvent, new_id: Callable[[], str],
        newest: Callable[[Notice], Notice] = lambda notice: notice,
    ) -> None:  # fmt: skip
        """Take `new_id`, which returns a new UUID each time, and `newest`, which says an alert in its last numbers."""
        self._config = config
        self._store = store
        self._on_event = on_event
        self._new_id = new_id
        self._newest = newest
        self._floor: Floor
        self._victims = Victims()
        self._waiting: list[tuple[_Work, float, asyncio.Future[Any]]] = []
        self._turn: asyncio.Task[None] | None = None
        self._stale = True
        self._gate_s = math.inf
        self._pruned_s = -math.inf
        self._news: list[Event] = []
        self._woken = asyncio.Event()

    async def start(self, now_s: float) -> None:
        """Read back alerts, what was told and silences; what holds others back is known before anything is told."""
        await self._load(now_s, _GRACE_S)
        self._gate_s = now_s + self._config.start_delay_s

    async def take(self, changes: Sequence[Change], now_s: float) -> None:
        """Take what our rules found; what is due at once is in the same transaction."""

        def work(plan: Plan, at_s: float) -> None:
            for change in changes:
                self._take(change, plan, at_s)

        await self._do(work, now_s)

    def cover(self, covers: Mapping[str, Cover], now_s: float) -> None:
        """Take which outages there are, by fingerprint: what they explain is not told, and some time after them is."""
        if self._victims.cover(covers, now_s):
            self._floor.stirred = True
            self._woken.set()

    async def release(self, now_s: float) -> None:
        """Tell from now on: our rules were evaluated once, so that what they hold back is known."""
        self._gate_s = min(self._gate_s, now_s)
        await self.tick(now_s)

    async def push(self, posted: Sequence[Posted], now_s: float) -> None:
        """Take alerts that others post.

        Raises:
            ValueError: one of them is none; then none of them is taken. `kept_of` says which are good.
        """
        new = [kept_of(alert, now_s, self._config.resolve_timeout_s) for alert in posted]
        await self._do(lambda plan, at_s: self._push(new, plan, at_s), now_s)

    async def tick(self, now_s: float) -> float | None:
        """Tell what is due, end what has ended; return when to come again (Unix time), None where nothing will."""
        await self._do(lambda _, __: None, now_s)
        if now_s - self._pruned_s >= _PRUNE_S:
            self._pruned_s = now_s
            self._floor.flapping.prune(now_s)
            await self._store.prune(now_s)
        if now_s < self._gate_s:
            return self._gate_s
        reminders = (
            reminder_s(self._floor, silence) for silence in self._floor.silences.all() if silence.ends_at_s > now_s
        )
        next_s = min([self._floor.next_s(), *reminders])
        return None if next_s == math.inf else next_s

    async def run(self, now: Callable[[], float]) -> None:
        """Tick whenever something is due, until cancelled."""
        while True:
            try:
                next_s = await self.tick(now())
                wait_s = _LONGEST_S if next_s is None else min(max(next_s - now(), 0.001), _LONGEST_S)
            except RecordError as error:
                _log.warning("nothing can be told, trying again: %s", error)
                wait_s = _AGAIN_S
            # what this tick itself decided wakes nobody
            self._woken.clear()
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(wait_s):
                    await self._woken.wait()

    def alerts(self) -> list[Standing]:
        """Return every alert that is not over, by fingerprint, and how it stands."""
        return standings(self._floor)

    def groups(self) -> list[GroupView]:
        """Return the groups with their members that are not over, by labels and receiver."""
        return group_views(self._floor)

    def silences(self) -> list[Silence]:
        """Return every silence that is kept; those of the configuration, too."""
        return self._floor.silences.all()

    async def silence(self, draft: SilenceDraft, now_s: float) -> str:
        """Make or edit a silence; return its id, which is a new one where an edit changes what it matches.

        Raises:
            SilenceUnknown: an id was given that no silence has.
            ValueError: it matches everything, or is over before it begins.
        """
        return await self._do(lambda plan, at_s: self._silence(draft, plan, at_s), now_s)

    async def expire(self, silence_id: str, now_s: float) -> None:
        """End a silence now; one that is over stays as it is.

        Raises:
            SilenceUnknown: no silence has this id.
            ValueError: it stands in the configuration.
        """

        def work(plan: Plan, at_s: float) -> None:
            silence = self._floor.silences.get(silence_id)
            if silence is None:
                raise SilenceUnknown(silence_id)
            if self._floor.silences.is_planned(silence_id):
                raise ValueError(f"silence {silence_id} stands in the configuration under `maintenance`")
            if silence.ends_at_s > at_s:
                keep(self._floor, expired(silence, at_s), "silence-ended", plan, at_s)

        await self._do(work, now_s)

    def attention(self) -> Mapping[str, Attention]:
        """Return what people did about alerts that fire, by fingerprint."""
        return self._floor.attended.all()

    async def act(self, target: Target, act: Act, now_s: float) -> list[str]:
        """Do something about alerts, about all of them or none; return their fingerprints.

        Raises:
            AlertUnknown: one that is named does not fire.
            ValueError: it cannot be done; the message names the field.
        """

        def work(plan: Plan, at_s: float) -> list[str]:
            act.check(at_s, [person.name for person in self._config.people])
            marks = marks_of(self._floor, target)
            act_on(self._floor, marks, act, plan, at_s)
            return marks

        return await self._do(work, now_s)

    async def reload(self, config: AlertsConfig, now_s: float, changes: Sequence[Change] = ()) -> None:
        """Take another configuration and what it does to alerts of ours: nothing is forgotten or told twice.

        Raises:
            RecordError: none of it happened.
        """
        before = self._config

        def work(plan: Plan, at_s: float) -> None:
            self._config = config
            self._floor.configure(config, at_s)
            self._floor.rebuild(plan, at_s)
            for change in changes:
                self._take(change, plan, at_s)

        try:
            await self._do(work, now_s)
        except RecordError:
            self._config = before
            raise

    async def _do(self, work: Callable[[Plan, float], T], now_s: float) -> T:
        done: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        self._waiting.append((work, now_s, done))
        if self._turn is None or self._turn.done():
            self._turn = asyncio.create_task(self._work())
        # whoever is cancelled while waiting leaves the others' transaction alone
        return cast("T", await asyncio.shield(done))

    async def _work(self) -> None:
        while self._waiting:
            batch, self._waiting = self._waiting, []
            now_s = max(at_s for _, at_s, _ in batch)
            try:
                if self._stale:
                    await self._load(now_s)
                answers = [self._answer(work, at_s) for work, at_s, _ in batch]
                await self._close(now_s)
            except Exception as error:  # noqa: BLE001  whatever it was, whoever waits has to know
                self._stale = True
                self._news.clear()
                answers = [error] * len(batch)
                if not isinstance(error, AlertsError):
                    _log.exception("a decision failed; the state is read back")
            for (_, _, done), answer in zip(batch, answers, strict=True):
                _settle(done, answer)
            news, self._news = self._news, []
            for event in news:
                self._on_event(event)
            self._woken.set()

    def _answer(self, work: _Work, at_s: float) -> object:
        try:
            return work(self._plan, at_s)
        except (AlertUnknown, SilenceUnknown, ValueError) as error:
            return error

    async def _close(self, now_s: float) -> None:
        """Tell what is due, and write all of it."""
        floor, plan = self._floor, self._plan
        plan.now_s = now_s
        floor.time_passes(now_s)
        for case in floor.expired(now_s):
            self._see(over(Kept(case.notice, case.expires_at_s, case.timeout)), plan, now_s)
        end_resolved(floor, plan, now_s)
        floor.settle(now_s)
        messages = remind(floor, plan, now_s)
        floor.time_passes(now_s)
        if now_s >= self._gate_s:
            tend(floor, plan, now_s)
            messages += flush(floor, floor.due(now_s), plan, now_s, self._newest)
            messages += called_off(floor, plan, now_s)
        plan.silences |= dict.fromkeys(floor.silences.forget(now_s))
        if not plan.empty:
            await self._store.commit(plan)
        self._plan = Plan(now_s)
        self._news += [Notified(now_s, message) for message in messages]

    async def _load(self, now_s: float, grace_s: float = 0.0) -> None:
        recorded = await self._store.recorded(now_s - self._config.flap.per_s)
        kept = [_late(one, now_s + grace_s) for one in recorded.kept]
        self._floor = Floor(self._config, replace(recorded, kept=kept), self._new_id, now_s, self._victims)
        self._plan = Plan(now_s)
        self._floor.rebuild(self._plan, now_s)
        self._stale = False

    def _take(self, change: Change, plan: Plan, now_s: float) -> None:
        plan.held[change.fingerprint] = change.held
        if change.notice is not None:
            self._see(Kept(change.notice), plan, now_s)
            for letter in letters_to_stop(self._config.watched, change.notice):
                plan.letters.append(letter)
                self._news.append(Notified(now_s, letter.message))

    def _push(self, new: Iterable[Kept], plan: Plan, now_s: float) -> None:
        for kept in new:
            case = self._floor.cases.get(kept.notice.fingerprint)
            if case is not None and case.notice.source == "push":
                self._see(merged(Kept(case.notice, case.expires_at_s, case.timeout), kept, now_s), plan, now_s)
            # an end that was told, or was never heard of, may be sent again for a quarter of an hour
            elif case is None and kept.notice.status == "firing":
                self._see(kept, plan, now_s)

    def _see(self, kept: Kept, plan: Plan, now_s: float) -> None:
        notice = kept.notice
        case = self._floor.cases.get(notice.fingerprint)
        before = case.notice if case else None
        self._floor.see(kept, plan, now_s)
        outgrow(self._floor, notice, plan, now_s)
        if before is None or before.status != notice.status or before.tier != notice.tier:
            plan.audit.append(Happening(now_s, notice.kind, notice.fingerprint, notice.to_dict()))
            self._news.append(AlertChanged(now_s, notice.kind, notice))

    def _silence(self, draft: SilenceDraft, plan: Plan, now_s: float) -> str:
        before = self._floor.silences.get(draft.id) if draft.id else None
        if draft.id and before is None:
            raise SilenceUnknown(draft.id)
        if self._floor.silences.is_planned(draft.id):
            raise ValueError(f"silence {draft.id} stands in the configuration under `maintenance`")
        new = made(draft, draft.id or self._new_id(), now_s)
        if before is not None:
            if _same(before, new, draft, now_s):
                new = replace(new, starts_at_s=_begin_s(before, new, now_s), caught=before.caught)
            else:
                new = replace(new, id=self._new_id())
                if before.ends_at_s > now_s:
                    keep(self._floor, expired(before, now_s), "silence-ended", plan, now_s)
        keep(self._floor, new, "silence", plan, now_s)
        return new.id


def _settle(done: asyncio.Future[Any], answer: object) -> None:
    if done.done():
        return
    if isinstance(answer, Exception):
        done.set_exception(answer)
        # whoever was cancelled while waiting does not ask for it
        done.exception()
    else:
        done.set_result(answer)


def _same(before: Silence, new: Silence, draft: SilenceDraft, now_s: float) -> bool:
    """Whether an edit leaves a silence itself: the same matchers, and the past as it was (Alertmanager's canUpdate)."""
    if before.matchers != new.matchers or before.ends_at_s <= now_s:
        return False
    begun = before.starts_at_s <= now_s
    return int(draft.starts_at_s) == int(before.starts_at_s) if begun else draft.starts_at_s >= now_s


def _begin_s(before: Silence, new: Silence, now_s: float) -> float:
    return before.starts_at_s if before.starts_at_s <= now_s else new.starts_at_s


def _late(kept: Kept, until_s: float) -> Kept:
    """Give a pushed alert whose end came while nobody could push it again the time to be pushed."""
    if kept.expires_at_s is None or kept.notice.status != "firing":
        return kept
    return replace(kept, expires_at_s=max(kept.expires_at_s, until_s))
