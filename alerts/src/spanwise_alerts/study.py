"""What anomaly rules know of their series, live: points as they close, what was missed, and what survives a restart."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, Protocol

from spanwise_alerts.ask.history import History, Piece
from spanwise_alerts.ask.source import Source
from spanwise_alerts.detect.anomaly import drawn
from spanwise_alerts.detect.anomaly.band import Band
from spanwise_alerts.detect.anomaly.drawn import Drawn
from spanwise_alerts.detect.anomaly.readings import questions
from spanwise_alerts.detect.anomaly.state import State, squeeze
from spanwise_alerts.errors import AlertsError, AskError, RecordError
from spanwise_alerts.followed import AGAIN_S, LATE_S, watch_again
from spanwise_alerts.rules.anomaly import Anomaly
from spanwise_alerts.study_agents import Agents

_ASKED: Final = 3
"""So many points that were missed are asked for live; more are read from the past."""

_KEPT_S: Final = 300.0
"""How often what is known is kept."""

_log = logging.getLogger(__name__)


class Shelf(Protocol):
    """Who keeps what detectors know: the store."""

    async def detectors(self, rule: str) -> list[bytes]:
        """Return what the detectors of a rule knew, in chunks."""
        ...

    async def keep_detectors(self, rule: str, states: Sequence[bytes], bands: bytes | None, until_s: float) -> None:
        """Keep what they know, and bands up to a moment (Unix time)."""
        ...

    async def drop_detectors(self, kept: Collection[str]) -> None:
        """Forget the detectors of all but these rules."""
        ...

    async def bands(self, rule: str, since_s: float) -> list[bytes]:
        """Return the bands of a rule since a moment (Unix time), in order."""
        ...


@dataclass(slots=True)
class _Followed:
    """One rule that is followed.

    Attributes:
        rule: as it is now.
        state: what is known; not looked at while `reading` runs.
        reading: takes up what was kept and reads what was missed.
        fault: why that failed; empty where it did not.
        again_s: when it is tried again (Unix time).
        kept_s: when what is known was kept last (Unix time).
    """

    rule: Anomaly
    state: State | None = None
    reading: asyncio.Task[State] | None = None
    fault: str = ""
    again_s: float = float("-inf")
    kept_s: float = float("-inf")
    turn: asyncio.Lock = field(default_factory=asyncio.Lock)

    def stop(self) -> None:
        """Read no more."""
        if self.reading is not None:
            self.reading.cancel()


class Study:
    """Follows the rules of kind anomaly."""

    def __init__(self, shelf: Shelf, history: Callable[[str], History]) -> None:
        """Keep on `shelf` what is known; `history` gives the past of a source, by its name."""
        self._shelf = shelf
        self._history = history
        self.agents = Agents(history)
        """What joint rules know."""
        self._followed: dict[str, _Followed] = {}
        self._keeping: asyncio.Task[None] | None = None

    def watch(self, rules: Iterable[object]) -> None:
        """Follow these rules and no others; those that look at the same numbers as before keep what they know."""
        rules = list(rules)
        self.agents.watch(rules)
        mine = [rule for rule in rules if isinstance(rule, Anomaly)]
        self._followed = watch_again(self._followed, mine, _Followed, lambda was, rule: was.rule.shape == rule.shape)

    def state(self, rule: str) -> State | None:
        """Return what is known of the series of a rule; None as long as it is not up to date."""
        found = self._followed.get(rule)
        return self._known(found) if found else None

    def bands(self) -> dict[str, Sequence[Band]]:
        """Return what was expected of the newest points, by rule."""
        known = {name: self.state(name) for name in self._followed}
        return {name: state.bands() for name, state in known.items() if state is not None}

    async def follow(
        self, rules: Sequence[Anomaly], source: Source, now_s: float
    ) -> dict[str, AlertsError]:  # fmt: skip
        """Take on what closed until `now_s` (Unix time) for rules of one source; return the faults by rule.

        Of a rule that has to read much, nothing is known until that is done; it is done beside.
        """
        faults: dict[str, AlertsError] = {}
        wanted: dict[float, list[_Followed]] = {}
        for rule in rules:
            followed = self._followed[rule.name]
            try:
                for at_s in self._missing(followed, now_s):
                    wanted.setdefault(at_s, []).append(followed)
            except AlertsError as error:
                faults[rule.name] = error
        for at_s, some in sorted(wanted.items()):
            asked = [each for each in some if each.rule.name not in faults]
            faults |= await _ask(asked, source, at_s)
        return faults

    def _missing(self, followed: _Followed, now_s: float) -> list[float]:
        """Return the ends of the points to ask for now; read what was missed beside, where that is much."""
        step_s = followed.rule.bucket_s
        newest_s = (now_s - LATE_S) // step_s * step_s
        if followed.reading is not None:
            if not followed.reading.done():
                return []
            self._read(followed, now_s)
        if followed.fault and now_s < followed.again_s:
            raise AskError(followed.fault)
        state = followed.state
        if state is None or newest_s - state.at_s > _ASKED * step_s:
            followed.reading = asyncio.create_task(self._catch_up(followed.rule, state, newest_s))
            return []
        return [newest_s - n * step_s for n in range(round((newest_s - state.at_s) / step_s) - 1, -1, -1)]

    @staticmethod
    def _read(followed: _Followed, now_s: float) -> None:
        reading, followed.reading, followed.fault = followed.reading, None, ""
        assert reading is not None
        try:
            followed.state = reading.result()
        except AlertsError as error:
            followed.fault, followed.again_s = f"its past cannot be read: {error}", now_s + AGAIN_S
        else:
            followed.state.judge_as(followed.rule)

    async def _catch_up(self, rule: Anomaly, state: State | None, until_s: float) -> State:
        """Take up what was kept, and read what came since."""
        known = state or await self._recalled(rule)
        after_s = max(known.at_s, until_s - rule.history_s)
        asked = questions(rule, until_s)[0]
        # of a rule that is new nothing was expected: there is nothing to draw
        draw = known.at_s > float("-inf")
        if after_s < until_s:
            async for piece in self._history(rule.source)(asked, after_s, until_s):
                await asyncio.to_thread(_take, known, piece, draw=draw)
        return known

    async def _recalled(self, rule: Anomaly) -> State:
        state = State(rule)
        kept = await self._shelf.detectors(rule.name)
        if kept:
            try:
                await asyncio.to_thread(state.unpack, kept)
            except ValueError as error:
                _log.warning("%s learns anew, what was kept is not used: %s", rule.name, error)
                return State(rule)
        return state

    def keep(self, now_s: float) -> None:
        """Begin to keep what is known of the rules whose turn it is, beside."""
        if self._keeping is not None and self._keeping.done():
            self._keeping.result()
            self._keeping = None
        if self._keeping is None:
            due = [each for each in self._followed.values() if now_s - each.kept_s >= _KEPT_S and self._known(each)]
            for each in due:
                each.kept_s = now_s
            self._keeping = asyncio.create_task(self._keep_all(due)) if due else None

    async def _keep_all(self, some: Sequence[_Followed]) -> None:
        for followed in some:
            if (state := self._known(followed)) is not None:
                try:
                    await self._keep(followed, state)
                except RecordError as error:
                    _log.warning("what the detectors of %s know is not recorded: %s", followed.rule.name, error)

    @staticmethod
    def _known(followed: _Followed) -> State | None:
        return followed.state if followed.reading is None else None

    async def _keep(self, followed: _Followed, state: State) -> None:
        async with followed.turn:
            state.forget()
            # taken in one go, so that no point comes between
            chunks, bands, until_s = state.chunks(), list(state.drawn), state.at_s
            packed = await asyncio.to_thread(lambda: [squeeze(chunk) for chunk in chunks])
            blob = await asyncio.to_thread(drawn.pack, bands) if bands else None
            await self._shelf.keep_detectors(followed.rule.name, packed, blob, until_s)
            del state.drawn[: len(bands)]

    async def expected(self, rule: str, since_s: float, until_s: float) -> list[Drawn]:
        """Return the bands of a rule between two moments (Unix time), in order.

        Raises:
            KeyError: no such rule is followed.
        """
        followed = self._followed[rule]
        kept = [each for blob in await self._shelf.bands(rule, since_s) for each in drawn.unpack(blob)]
        known = self._known(followed)
        lately = list(known.drawn) if known else []
        found = {each.at_s: each for each in [*kept, *lately] if since_s <= each.at_s <= until_s}
        return [found[at_s] for at_s in sorted(found)]

    async def teach(self, rule: str, labels: Mapping[str, str], lesson: float) -> float:
        """Move the thresholds of a series by what a person said; return by which factor they are moved in all.

        Raises:
            KeyError: no such rule is followed, or it knows no such series (yet).
            RecordError: it is not kept.
        """
        followed, state = self._followed[rule], self.state(rule)
        series = tuple(sorted((name, value) for name, value in labels.items() if name in followed.rule.by and value))
        row = state.row(series) if state else None
        if state is None or row is None:
            raise KeyError(rule)
        factor = state.panel.teach(row, lesson)
        await self._keep(followed, state)
        return factor

    async def prune(self) -> None:
        """Forget what was kept of rules that are not followed."""
        await self._shelf.drop_detectors(list(self._followed))

    async def close(self) -> None:
        """Stop reading, and keep what is known."""
        await self.agents.close()
        for followed in self._followed.values():
            followed.stop()
        tasks = [followed.reading for followed in self._followed.values() if followed.reading]
        await asyncio.gather(*tasks, return_exceptions=True)
        if self._keeping is not None:
            await self._keeping
        await self._keep_all(list(self._followed.values()))


async def _ask(followed: Sequence[_Followed], source: Source, at_s: float) -> dict[str, AlertsError]:
    """Ask for the points that end at a moment, all at once."""
    if not followed:
        return {}
    try:
        answers = await source.ask([questions(each.rule, at_s)[0] for each in followed], at_s)
    except AskError as error:
        return dict.fromkeys((each.rule.name for each in followed), error)
    faults: dict[str, AlertsError] = {}
    for each, answer in zip(followed, answers, strict=True):
        if isinstance(answer, AskError):
            faults[each.rule.name] = answer
        elif each.state is not None:
            each.state.take(answer, at_s)
    return faults


def _take(state: State, piece: Piece, *, draw: bool) -> None:
    for at_s, answer in piece:
        state.take(answer, at_s, draw=draw)
