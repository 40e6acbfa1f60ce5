from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from spanwise_alerts.alert import Letter, Notice
from spanwise_alerts.ask.around import Around
from spanwise_alerts.ask.collector import Collector
from spanwise_alerts.detect.evaluate import questions
from spanwise_alerts.errors import AskError
from spanwise_alerts.evidence import Turn
from spanwise_alerts.gather.evident import Evident
from spanwise_alerts.gather.gatherer import Gatherer
from spanwise_alerts.links import Links
from spanwise_alerts.notify.message import letters_of, message_of
from spanwise_alerts.plan import Happening
from spanwise_alerts.rehearsal import Rehearsal
from spanwise_alerts.rule import Rule
from tests.alerts.builders import a_notice
from tests.alerts.gather.asked import AT_S, notice, rule
from tests.support.collector import collecting
from tests.support.trouble import BEGAN_S, NEW_MODEL, OLD_MODEL, troubled

LATENCY = rule(tiers={"warning": {"above": "8s"}}, by=["provider", "model"])


class Silent:
    """A collector that answers nothing, or does not answer at all."""

    url = "http://collector"

    def __init__(self, fault: Exception | None) -> None:
        self.asked = 0
        self.under_way = self.most = 0
        self._fault = fault

    async def ask(self, _questions: Sequence[Any], _at_s: float) -> Any:
        return await self._nothing()

    async def course(self, *_: Any) -> Any:
        return await self._nothing()

    async def spans(self, _wanted: Any) -> Any:
        return await self._nothing()

    async def runs(self, _wanted: Any) -> Any:
        return await self._nothing()

    async def versions(self) -> Any:
        return await self._nothing()

    async def _nothing(self) -> Any:
        self.asked += 1
        if self._fault is not None:
            raise self._fault
        self.under_way += 1
        self.most = max(self.most, self.under_way)
        try:
            await asyncio.Event().wait()
        finally:
            self.under_way -= 1


async def _fired(_mark: str) -> list[Happening]:
    return [Happening(AT_S - 1.0, "fired", "aa", {"tier": "warning"})]


def gathering(silent: Silent, *rules: Rule, patience_s: float = 0.05) -> Gatherer:
    evident = Evident(lambda: silent, silent, dict, _fired, questions)
    return Gatherer(evident, lambda: rules, Links, patience_s)


def letter(*notices: Notice) -> Letter:
    (made,) = letters_of(message_of("g", "team", "first", notices, {}), "thread", 1, {"team/webhook": True})
    return made


@asynccontextmanager
async def live(folder: Path, *rules: Rule) -> AsyncIterator[tuple[Gatherer, Collector, float]]:
    """Gather from a real collector that saw an hour of trouble."""
    async with collecting(folder) as talk:
        now_s = time.time()
        for body in troubled(now_s - 1.0):
            assert (await talk.send(body)).status_code == 200
        collector, around = Collector(talk.http), Around(talk.http)
        evident = Evident(lambda: collector, around, dict, _fired, questions)
        gatherer = Gatherer(evident, lambda: rules, lambda: Links(grafana="https://g.example.com"), 60.0)
        try:
            yield gatherer, collector, now_s
        finally:
            for each in (gatherer, around, collector):
                await each.close()


async def firing(made: Rule, collector: Collector, now_s: float) -> Notice:
    answers = [each for each in await collector.ask(questions(made, now_s), now_s) if not isinstance(each, AskError)]
    (told,) = Rehearsal(made).at(answers, now_s)
    return told


async def test_a_slow_model_is_told_with_who_is_slow_what_changed_traces_course_and_board(tmp_path: Path):
    async with live(tmp_path, LATENCY) as (gatherer, collector, now_s):
        told = await firing(LATENCY, collector, now_s)
        dressed = await gatherer.dress(letter(told))
    found = dressed.evidence[told.fingerprint]
    assert found.missing == ""
    assert found.contributors[0].value == "researcher"
    by_name = {shift.what: shift for shift in found.shifts}
    assert by_name["model version"].before == OLD_MODEL
    assert NEW_MODEL in by_name["model version"].now
    assert by_name["prompt"].before == "answer 3"
    assert by_name["calls that were retries"].before == "0 %"
    assert [example.failing for example in found.examples] == [True, True, True, False]
    assert all(example.url.startswith("https://g.example.com/d/spanwise-traces?") for example in found.examples)
    assert found.examples[0].summary.startswith("chat gpt-4o, 20 s")
    assert found.board.startswith("https://g.example.com/d/spanwise-llm?")
    assert found.course is not None
    values = [value for value in found.course.values if value is not None]
    before = [
        v for at, v in zip(found.course.at_s, found.course.values, strict=True) if at < now_s - BEGAN_S - 60 and v
    ]
    assert max(before) < 4.0
    assert max(values) > 15.0


async def test_runs_and_failures_are_told_as_well(tmp_path: Path):
    runs = rule(name="runs", measure="run.duration", by=["agent"], tiers={"warning": {"above": "8s"}})
    errors = rule(name="errors", measure="llm.errors", stat="ratio", by=None, tiers={"warning": {"above": "5%"}})
    async with live(tmp_path, runs, errors) as (gatherer, collector, now_s):
        slow = await firing(runs, collector, now_s)
        failing = await firing(errors, collector, now_s)
        dressed = await gatherer.dress(letter(slow, failing))
    of_runs, of_errors = dressed.evidence[slow.fingerprint], dressed.evidence[failing.fingerprint]
    assert of_runs.missing == of_errors.missing == ""
    assert [example.failing for example in of_runs.examples] == [True, True, True, False]
    assert of_runs.examples[0].summary.startswith("researcher, 20 s, 1 steps")
    assert of_runs.examples[3].summary.startswith("researcher, 2.")
    assert {(part.dimension, part.value, part.share) for part in of_errors.contributors} == {
        ("agent", "researcher", 1.0), ("error_type", "timeout", 1.0),
    }  # fmt: skip
    assert all("timeout" in example.summary for example in of_errors.examples[:3])


async def test_who_spent_is_told_of_money_and_a_budget_adds_up(tmp_path: Path):
    budget = rule(
        name="day", kind="budget", measure="llm.cost", limit="$1", stat=None, tiers=None, window=None, by=None
    )  # fmt: skip
    async with live(tmp_path, budget) as (gatherer, collector, now_s):
        told = await firing(budget, collector, now_s)
        found = await gatherer.evidence(told)
    assert found.missing == ""
    assert {part.dimension for part in found.contributors} == {"agent"}
    assert round(sum(part.share or 0.0 for part in found.contributors), 3) == 1.0
    assert found.course is not None
    assert found.course.threshold == 1.0
    last = found.course.values[-1]
    assert last is not None
    assert last > 0.1


async def test_a_letter_waits_no_longer_than_the_patience_and_says_what_is_missing():
    gatherer = gathering(Silent(None), rule())
    dressed = await gatherer.dress(letter(notice()))
    found = dressed.evidence[notice().fingerprint]
    parts = ("course", "numbers", "traces", "deploys")
    assert found.missing == "; ".join(f"{name}: not there within 0.05 s" for name in parts)
    assert found.history == (Turn(AT_S - 1.0, "warning"),)


async def test_a_collector_that_refuses_keeps_no_letter_back():
    gatherer = gathering(Silent(AskError("it is down")), rule())
    found = await gatherer.evidence(notice())
    assert "numbers: it is down" in found.missing
    assert "traces: it is down" in found.missing


async def test_a_fault_of_ours_is_said_and_logged_and_keeps_no_letter_back(caplog: Any):
    gatherer = gathering(Silent(KeyError("x")), rule())
    found = await gatherer.evidence(notice())
    assert "numbers: KeyError" in found.missing
    assert "could not be gathered" in caplog.text


async def test_a_rule_that_cannot_be_asked_about_keeps_no_letter_back(caplog: Any):
    def broken(_rule: Rule, _at_s: float) -> list[Any]:
        raise ValueError("x")

    silent = Silent(AskError("down"))
    gatherer = Gatherer(Evident(lambda: silent, silent, dict, _fired, broken), lambda: [rule()], Links)
    found = (await gatherer.dress(letter(notice()))).evidence[notice().fingerprint]
    assert found.missing == "evidence: ValueError"
    assert "could not be gathered" in caplog.text


async def test_channels_and_attempts_of_a_message_share_what_was_found():
    silent = Silent(AskError("down"))
    gatherer = gathering(silent, rule())
    first = await asyncio.gather(*(gatherer.dress(letter(notice())) for _ in range(3)))
    asked = silent.asked
    assert first[0].evidence == first[2].evidence
    await gatherer.dress(letter(notice()))
    assert silent.asked == asked
    await gatherer.dress(letter(replace(notice(), updated_at_s=AT_S + 60.0)))
    assert silent.asked > asked


async def test_what_others_pushed_has_no_evidence_and_does_not_wait():
    silent = Silent(None)
    pushed = letter(notice(source="push"))
    assert await gathering(silent, rule()).dress(pushed) is pushed
    assert silent.asked == 0


async def test_only_the_first_alerts_of_a_message_are_looked_into():
    gatherer = gathering(Silent(AskError("down")), rule())
    notices = [notice(fingerprint=f"{n:016x}", step=n + 1) for n in range(9)]
    assert len((await gatherer.dress(letter(*notices))).evidence) == 5


async def test_where_much_fires_at_once_the_collector_is_not_overrun():
    silent = Silent(None)
    gatherer = gathering(silent, rule())
    letters = [letter(notice(fingerprint=f"{n:016x}")) for n in range(20)]
    found = await asyncio.gather(*map(gatherer.dress, letters))
    assert silent.most <= 2 * 4  # a part that looks for traces asks twice
    assert all("not there within" in each.missing for dressed in found for each in dressed.evidence.values())


async def test_an_alert_whose_rule_is_gone_or_is_over_is_told_with_less():
    silent = Silent(AskError("down"))
    assert (await gathering(silent).evidence(notice())).missing == ""
    over = notice(status="resolved", ends_at_s=AT_S, starts_at_s=AT_S - 60.0)
    assert (await gathering(silent, rule()).evidence(over)).missing == "course: down"


async def test_another_source_gives_a_course_and_says_what_it_does_not_know():
    class Other:
        async def course(self, *_: Any) -> list[tuple[float, float | None]]:
            return [(AT_S - 60.0, 1.0), (AT_S, 2.0)]

    silent = Silent(AskError("not asked"))
    made = rule(source="prometheus")
    evident = Evident(lambda: silent, silent, lambda: {"prometheus": Other()}, _fired, questions)
    found = await Gatherer(evident, lambda: [made], Links).evidence(notice())
    assert found.course is not None
    assert found.course.values == [1.0, 2.0]
    assert found.missing == "prometheus knows neither parts nor traces"
    assert silent.asked == 0


async def test_a_run_that_runs_away_is_its_own_example():
    made = rule(kind="runaway", measure=None, stat=None, by=None, window=None, tiers=None)
    told = notice(labels={"alertname": "runaway", "agent": "a", "run": "ab" * 16})
    found = await gathering(Silent(AskError("not asked")), made).evidence(told)
    assert [(each.trace_id, each.url, each.failing) for each in found.examples] == [
        ("ab" * 16, f"http://collector/api/traces/{'ab' * 16}", True)
    ]
    assert found.missing == ""


async def test_what_is_still_looked_for_is_let_go_at_the_end():
    gatherer = gathering(Silent(None), rule(), patience_s=600.0)
    waiting = asyncio.create_task(gatherer.dress(letter(a_notice(updated_at_s=AT_S, starts_at_s=AT_S))))
    await asyncio.sleep(0)
    await gatherer.close()
    await asyncio.wait([waiting])
    assert waiting.cancelled()
