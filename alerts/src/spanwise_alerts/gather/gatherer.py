"""Find out about the alerts of a letter what makes them understood: soon, or without."""

from __future__ import annotations

import asyncio
import logging
from collections import OrderedDict
from collections.abc import Callable, Coroutine, Iterable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any, Final, TypeVar

from spanwise_alerts.alert import Letter, Notice
from spanwise_alerts.errors import AlertsError, AskError
from spanwise_alerts.evidence import Contributor, Evidence, Example, Shift
from spanwise_alerts.gather import contributors as parts
from spanwise_alerts.gather import courses, deploys, examples, sample, searches, shifts
from spanwise_alerts.gather.evident import Evident
from spanwise_alerts.gather.history import turns_of
from spanwise_alerts.gather.subject import Subject, subject_of
from spanwise_alerts.links import Links
from spanwise_alerts.question import Answer, Question
from spanwise_alerts.rule import COLLECTOR, Rule
from spanwise_alerts.trace import FoundSpan, TraceSearch

PATIENCE_S: Final = 2.0
"""How long a letter waits for evidence."""

_MOST_NOTICES: Final = 5
_KEPT: Final = 256
_AT_ONCE: Final = 4
"""So many parts of evidence are asked for at a time: where much fires, the collector has other things to do."""

_log = logging.getLogger(__name__)
T = TypeVar("T")


class Gatherer:
    """Adds evidence to letters; channels and attempts of one message share what was found."""

    def __init__(
        self, sources: Evident, rules: Callable[[], Iterable[Rule]], links: Callable[[], Links],
        patience_s: float = PATIENCE_S,
    ) -> None:  # fmt: skip
        """Take the rules and the links as they are now: both change with the configuration."""
        self._sources = sources
        self._rules = rules
        self._links = links
        self._patience_s = patience_s
        self._room = asyncio.Semaphore(_AT_ONCE)
        self._found: OrderedDict[tuple[str, int, float], asyncio.Task[Evidence]] = OrderedDict()

    async def dress(self, letter: Letter) -> Letter:
        """Add what was found about the first alerts of a letter; those that others pushed have none, and wait not."""
        ours = [notice for notice in letter.message.notices if notice.source == "rule"][:_MOST_NOTICES]
        if not ours:
            return letter
        tasks = [self._task(notice) for notice in ours]
        # who waits may be cancelled; others wait for the same
        found = await asyncio.gather(*map(asyncio.shield, tasks))
        evidence = {notice.fingerprint: each for notice, each in zip(ours, found, strict=True)}
        return replace(letter, evidence={**letter.evidence, **evidence})

    async def close(self) -> None:
        """Let go of what is still looked for."""
        tasks = list(self._found.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _task(self, notice: Notice) -> asyncio.Task[Evidence]:
        key = (notice.fingerprint, notice.step, notice.updated_at_s)
        if key not in self._found:
            self._found[key] = asyncio.create_task(self._whatever_comes(notice))
            if len(self._found) > _KEPT:
                self._found.popitem(last=False)
        return self._found[key]

    async def _whatever_comes(self, notice: Notice) -> Evidence:
        try:
            return await self.evidence(notice)
        except Exception as error:  # noqa: BLE001  a fault of ours must not keep a message back; it is logged and told
            _log.exception("evidence could not be gathered")
            return Evidence(missing=f"evidence: {type(error).__name__}")

    async def evidence(self, notice: Notice) -> Evidence:
        """Find what can be found about an alert within the patience; say what is missing."""
        rule = next((rule for rule in self._rules() if rule.name == notice.rule), None)
        subject, work = None, dict[str, Coroutine[Any, Any, Any]]()
        if rule is not None:
            asked = self._sources.questions(rule, notice.updated_at_s)
            subject = subject_of(rule, notice, asked)
            work = {name: self._in_turn(each) for name, each in self._work(rule, subject, notice, asked).items()}
        work = {"history": self._history(notice), **work}
        found, missing = await _within(work, self._patience_s)
        if rule is not None and rule.source != COLLECTOR:
            missing.append(f"{rule.source} knows neither parts nor traces")
        itself = examples.of_itself(notice, self._link) if rule is not None and rule.kind == "runaway" else ()
        return _put_together(found, missing, itself, self._board(notice, subject))

    def _work(
        self, rule: Rule, subject: Subject | None, notice: Notice, asked: Sequence[Question]
    ) -> dict[str, Callable[[], Coroutine[Any, Any, Any]]]:
        if rule.source != COLLECTOR:
            other = self._sources.courses().get(rule.source)
            return {"course": partial(courses.of_question, other, rule, notice, asked[0])} if other and asked else {}
        if subject is None:
            return {}
        work: dict[str, Callable[[], Coroutine[Any, Any, Any]]] = {}
        if subject.live:
            work["course"] = partial(courses.of_subject, self._sources.around, subject, notice)
        if notice.status == "firing":
            work["numbers"] = partial(self._numbers, subject)
            work["traces"] = partial(self._traces, subject)
            work["deploys"] = partial(self._deploys, subject)
            if question := parts.user_question(subject):
                work["users"] = partial(self._users, subject, question)
        return work

    async def _in_turn(self, work: Callable[[], Coroutine[Any, Any, T]]) -> T:
        async with self._room:
            return await work()

    async def _history(self, notice: Notice) -> Any:  # noqa: ANN401  each part of the work has a result of its own
        return turns_of(await self._sources.trail(notice.fingerprint), notice.updated_at_s)

    async def _numbers(self, subject: Subject) -> tuple[tuple[Contributor, ...], list[tuple[float, Shift]]]:
        of_parts, of_shifts = parts.part_questions(subject), shifts.shift_questions(subject)
        asked = [*of_parts.values(), *of_shifts.values()]
        answers: Sequence[Answer | AskError] = ()
        if asked:
            answers = await self._sources.numbers().ask(asked, subject.at_s)
        by_question = {q: answer for q, answer in zip(asked, answers, strict=True) if isinstance(answer, Answer)}
        told = {name: by_question[q] for name, q in of_parts.items() if q in by_question}
        changed = {key: by_question[q] for key, q in of_shifts.items() if q in by_question}
        return parts.contributors(subject, told), shifts.shifts(subject, changed)

    async def _deploys(self, subject: Subject) -> list[tuple[float, Shift]]:
        return deploys.deploys(subject, await self._sources.around.versions())

    async def _users(self, subject: Subject, question: Question) -> tuple[Contributor, ...]:
        (answer,) = await self._sources.numbers().ask([question], subject.at_s)
        return parts.contributors(subject, {"user": answer}) if isinstance(answer, Answer) else ()

    async def _traces(self, subject: Subject) -> tuple[tuple[Example, ...], list[tuple[float, Shift]]]:
        around, link = self._sources.around, self._link
        if runs := searches.run_searches(subject):
            listed = await asyncio.gather(*(around.runs(wanted) for wanted in runs.values()))
            return examples.of_runs(dict(zip(runs, listed, strict=True)), link), []
        wanted = searches.samples(subject)
        found = dict(zip(wanted, await asyncio.gather(*map(around.spans, wanted.values())), strict=True))
        if not found:
            return (), []
        bad, good = examples.failing_in(subject, found["now"]), examples.healthy_in(subject, found["before"])
        # mostly the samples have them; a search costs the collector as much as both
        bad, good = await asyncio.gather(
            self._enough(bad, searches.FAILING, searches.failing(subject)),
            self._enough(good, 1, searches.healthy(subject)),
        )
        return examples.of_spans(bad, good, link), sample.sampled_shifts(found["before"], found["now"])

    async def _enough(self, known: Sequence[FoundSpan], most: int, wanted: TraceSearch | None) -> Sequence[FoundSpan]:
        if len({span.trace_id for span in known}) >= most or wanted is None:
            return known
        return await self._sources.around.spans(wanted)

    def _link(self, trace_id: str, start_s: float, end_s: float) -> str:
        return self._links().trace(trace_id, start_s, end_s, self._sources.around.url)

    def _board(self, notice: Notice, subject: Subject | None) -> str:
        if subject is None:
            return ""
        start_s, end_s = courses.stretch(subject, notice)
        return self._links().board(subject.measure.name, subject.where, start_s, end_s)


async def _within(work: Mapping[str, Coroutine[Any, Any, T]], patience_s: float) -> tuple[dict[str, T], list[str]]:
    """Return what came in time, by name, and why the rest did not."""
    tasks = {name: asyncio.create_task(each) for name, each in work.items()}
    try:
        await asyncio.wait(tasks.values(), timeout=patience_s)
    finally:
        late = [name for name, task in tasks.items() if not task.done()]
        for name in late:
            tasks[name].cancel()
    await asyncio.gather(*(tasks[name] for name in late), return_exceptions=True)
    missing = [f"{name}: not there within {patience_s:g} s" for name in late]
    found: dict[str, T] = {}
    for name in (name for name in tasks if name not in late):
        fault = tasks[name].exception()
        if fault is None:
            found[name] = tasks[name].result()
        elif isinstance(fault, AlertsError):
            missing.append(f"{name}: {fault}")
        else:
            # a fault of ours must not keep a message back
            _log.error("evidence (%s) could not be gathered", name, exc_info=fault)
            missing.append(f"{name}: {type(fault).__name__}")
    return found, missing


def _put_together(
    found: Mapping[str, Any], missing: Sequence[str], itself: tuple[Example, ...], board: str
) -> Evidence:
    told, changed = found.get("numbers", ((), []))
    shown, sampled = found.get("traces", ((), []))
    ranked = sorted([*changed, *sampled, *found.get("deploys", ())], key=lambda each: -each[0])[: shifts.MOST]
    return Evidence(
        history=found.get("history", ()),
        contributors=(*told, *found.get("users", ())),
        examples=(*itself, *shown),
        shifts=tuple(shift for _, shift in ranked),
        course=found.get("course"),
        board=board,
        missing="; ".join(missing),
    )
