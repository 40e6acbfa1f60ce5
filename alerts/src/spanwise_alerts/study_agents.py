"""What joint rules know of their agents, live: stretches as they close, what was before, a model learned beside."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from spanwise_alerts.ask.history import History
from spanwise_alerts.ask.source import Source
from spanwise_alerts.detect.joint.features import questions
from spanwise_alerts.detect.joint.model import Model
from spanwise_alerts.detect.joint.state import State
from spanwise_alerts.errors import AlertsError, AskError
from spanwise_alerts.followed import AGAIN_S, LATE_S, watch_again
from spanwise_alerts.question import Answer
from spanwise_alerts.rules.joint import Joint

_log = logging.getLogger(__name__)


@dataclass(slots=True)
class _Followed:
    """One rule that is followed.

    Attributes:
        state: what is known; None until the past was read.
        reading: reads the past.
        learning: makes a model.
        fault: why the past could not be read; empty where it could.
        again_s: when that is tried again (Unix time).
    """

    rule: Joint
    state: State | None = None
    reading: asyncio.Task[State] | None = None
    learning: asyncio.Task[Model] | None = None
    fault: str = ""
    again_s: float = float("-inf")

    def stop(self) -> None:
        """Read and learn no more."""
        for task in (self.reading, self.learning):
            if task is not None:
                task.cancel()


class Agents:
    """Follows the rules of kind joint. Nothing of it is kept: the past is read again at each start."""

    def __init__(self, history: Callable[[str], History]) -> None:
        """Take `history`, which gives the past of a source, by its name."""
        self._history = history
        self._followed: dict[str, _Followed] = {}

    def watch(self, rules: Iterable[object]) -> None:
        """Follow these rules and no others; those that look at the same numbers as before keep what they know."""
        mine = [rule for rule in rules if isinstance(rule, Joint)]
        self._followed = watch_again(self._followed, mine, _Followed, _fits)

    def state(self, rule: str) -> State | None:
        """Return what is known of the agents of a rule; None as long as it is not up to date."""
        found = self._followed.get(rule)
        return found.state if found else None

    def follows(self, rule: str) -> bool:
        """Say whether a rule is followed here."""
        return rule in self._followed

    async def follow(self, rules: Sequence[Joint], source: Source, now_s: float) -> dict[str, AlertsError]:
        """Take on what closed until `now_s` (Unix time) for rules of one source; return the faults by rule.

        Reading the past and learning are done beside.
        """
        faults: dict[str, AlertsError] = {}
        for rule in rules:
            try:
                await self._follow(self._followed[rule.name], source, now_s)
            except AlertsError as error:
                faults[rule.name] = error
        return faults

    async def _follow(self, followed: _Followed, source: Source, now_s: float) -> None:
        rule, step_s = followed.rule, followed.rule.bucket_s
        newest_s = (now_s - LATE_S) // step_s * step_s
        if followed.reading is not None:
            if not followed.reading.done():
                return
            reading, followed.reading, followed.fault = followed.reading, None, ""
            try:
                followed.state = reading.result()
            except AlertsError as error:
                followed.fault, followed.again_s = f"its past cannot be read: {error}", now_s + AGAIN_S
            else:
                followed.state.judge_as(rule)
        if followed.fault and now_s < followed.again_s:
            raise AskError(followed.fault)
        if followed.state is None:
            followed.reading = asyncio.create_task(self._past(rule, newest_s))
            return
        if followed.state.at_s < newest_s:
            answers = await source.ask(questions(rule, newest_s), newest_s)
            faults = [answer for answer in answers if isinstance(answer, AskError)]
            if faults:
                raise faults[0]
            known = [answer for answer in answers if isinstance(answer, Answer)]
            await asyncio.to_thread(followed.state.take, known, newest_s)
        self._learn(followed, followed.state)

    async def _past(self, rule: Joint, until_s: float) -> State:
        """Read what was before."""
        state = State(rule)
        found: dict[float, list[Answer]] = {}
        read = self._history(rule.source)
        for question in questions(rule, until_s):
            async for piece in read(question, until_s - rule.history_s, until_s):
                for at_s, answer in piece:
                    found.setdefault(at_s, []).append(answer)
        asked = len(questions(rule, until_s))
        whole = [(at_s, answers) for at_s, answers in sorted(found.items()) if len(answers) == asked]
        await asyncio.to_thread(_take, state, whole)
        state.at_s = max(state.at_s, until_s)
        if state.untrained:
            state.adopt(await _model(rule, state))
        return state

    @staticmethod
    def _learn(followed: _Followed, state: State) -> None:
        """Learn anew beside when it is time, and judge by what came out."""
        if followed.learning is not None and followed.learning.done():
            learning, followed.learning = followed.learning, None
            model = learning.result()
            _log.info("%s judges by model %s of %d agents", followed.rule.name, model.version, len(model.agents))
            state.adopt(model)
        if followed.learning is None and state.untrained:
            followed.learning = asyncio.create_task(_model(followed.rule, state))

    async def close(self) -> None:
        """Stop reading and learning."""
        for followed in self._followed.values():
            followed.stop()
        tasks: list[asyncio.Task[Any]] = []
        for each in self._followed.values():
            tasks += [task for task in (each.reading, each.learning) if task is not None]
        await asyncio.gather(*tasks, return_exceptions=True)


def _take(state: State, moments: Sequence[tuple[float, Sequence[Answer]]]) -> None:
    for at_s, answers in moments:
        state.take(answers, at_s)


async def _model(rule: Joint, state: State) -> Model:
    # a copy, made before anything else can come between
    rows, at_s = state.rows(), state.at_s
    return await asyncio.to_thread(lambda: Model(rows, at_s, up=rule.direction == "up"))


def _fits(was: _Followed, rule: Joint) -> bool:
    return was.rule.shape == rule.shape and was.rule.history_s >= rule.history_s
