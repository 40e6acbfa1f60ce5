"""Rules of every kind against a real collector with real spans."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import pytest

from spanwise_alerts.ask.collector import Collector
from spanwise_alerts.detect.evaluate import evaluate, questions
from spanwise_alerts.errors import AskError
from spanwise_alerts.question import Answer
from spanwise_alerts.rule import Rule
from spanwise_alerts.rules.defaults import default_rules
from spanwise_alerts.rules.kinds import rule_of
from tests.support.collector import Talk, collecting
from tests.support.otlp import ERROR, OK, request, span

NANO = 10**9
CHAT = {
    "gen_ai.operation.name": "chat", "gen_ai.provider.name": "openai", "gen_ai.request.model": "gpt-4o",
    "gen_ai.usage.input_tokens": 1000, "gen_ai.usage.output_tokens": 100, "gen_ai.agent.name": "researcher",
}  # fmt: skip
# 1,000 tokens in and 100 out of gpt-4o
CALL_USD = 0.0035


class Calls:
    """Sends calls of a model to a collector, each a trace of its own."""

    def __init__(self, talk: Talk) -> None:
        self.talk = talk
        self.number = 0

    async def send(self, count: int, *, ago_s: float = 1.0, took_s: float = 1.0, error: str = "", **more: Any) -> None:
        end_ns, spans = time.time_ns() - round(ago_s * NANO), []
        for _ in range(count):
            self.number += 1
            attributes = {**CHAT, **({"error.type": error} if error else {}), **more}
            ids = self.number.to_bytes(16, "big"), self.number.to_bytes(8, "big")
            start_ns = end_ns - round(took_s * NANO)
            made = span(
                "chat", trace_id=ids[0], span_id=ids[1], start_ns=start_ns, end_ns=end_ns, attributes=attributes,
                status_code=ERROR if error else OK,
            )  # fmt: skip
            spans.append(made)
        answer = await self.talk.send(request(spans).SerializeToString())
        assert answer.status_code == 200, answer.text

    async def runs(self, count: int, took_s: float) -> None:
        """Runs of an agent: a call of a model in half of each."""
        end_ns, spans = time.time_ns() - NANO, []
        for _ in range(count):
            self.number += 2
            trace_id, root = self.number.to_bytes(16, "big"), self.number.to_bytes(8, "big")
            agent = {"gen_ai.operation.name": "invoke_agent", "gen_ai.agent.name": "researcher"}
            half_ns = round(took_s * NANO / 2)
            call = (self.number + 1).to_bytes(8, "big")
            spans += [
                span("chat", CHAT, trace_id=trace_id, span_id=call, parent_span_id=root,
                     start_ns=end_ns - half_ns, end_ns=end_ns),
                span("run", agent, trace_id=trace_id, span_id=root, start_ns=end_ns - 2 * half_ns, end_ns=end_ns),
            ]  # fmt: skip
        answer = await self.talk.send(request(spans).SerializeToString())
        assert answer.status_code == 200, answer.text


async def judged(talk: Talk, **rule: Any) -> dict[str, Any]:
    """Evaluate a rule once: tier and words by the value of its only dimension."""
    made, now_s = rule_of({"name": "r", **rule}), time.time()
    source = Collector(talk.http)
    answers = await source.ask(questions(made, now_s), now_s)
    await source.close()
    assert not [answer for answer in answers if isinstance(answer, AskError)]
    known = [answer for answer in answers if isinstance(answer, Answer)]
    found = evaluate(made, known, {}, now_s)
    return {
        "".join(value for _, value in each.alert.series): (each.alert.tier, each.reading.words if each.reading else {})
        for each in found
    }


async def test_a_user_who_spends_more_than_the_budget_is_told_with_what_is_spent(tmp_path: Path):
    async with collecting(tmp_path) as talk:
        calls = Calls(talk)
        await calls.send(10, **{"user.id": "ann"})
        await calls.send(1, **{"user.id": "bob"})
        limit = f"${10 * CALL_USD:.4f}"
        found = await judged(talk, kind="budget", measure="llm.cost", limit=limit, by=["user"], period="month")
        assert set(found) == {"ann"}
        tier, words = found["ann"]
        assert (tier, words["exhausted_at"]) == ("critical", "now")
        # the collector has data since a moment ago only
        assert words["spent"].startswith("at least")


async def test_a_model_without_a_price_is_told_and_one_with_a_price_is_not(tmp_path: Path):
    async with collecting(tmp_path) as talk:
        calls = Calls(talk)
        await calls.send(3)
        await calls.send(3, **{"gen_ai.request.model": "house-7b"})
        found = await judged(talk, kind="unpriced", by=["model"])
        assert {model: tier for model, (tier, _) in found.items()} == {"house-7b": "warning"}


async def test_errors_that_use_up_an_objective_are_told_at_the_fastest_pair(tmp_path: Path):
    async with collecting(tmp_path) as talk:
        calls = Calls(talk)
        await calls.send(40)
        await calls.send(10, error="timeout")
        found = await judged(talk, kind="burn_rate", measure="llm.errors", by=["model"], objective="99%")
        tier, words = found["gpt-4o"]
        assert (tier, words["errors"]) == ("critical", "20 %")


async def test_what_was_there_an_hour_ago_and_is_not_now_is_absent_and_has_changed(tmp_path: Path):
    async with collecting(tmp_path) as talk:
        calls = Calls(talk)
        await calls.send(30, ago_s=3600)
        await calls.send(30, ago_s=3600, **{"gen_ai.agent.name": "writer"})
        await calls.send(90)
        rule = {"measure": "llm.calls", "by": ["agent"], "window": "10m"}
        found = await judged(talk, kind="absence", tiers={"warning": {}}, **rule)
        assert {agent: tier for agent, (tier, _) in found.items()} == {"writer": "warning"}
        tiers = {"warning": {"above": "50%"}}
        changed = await judged(talk, kind="change", stat="count", against="1h", tiers=tiers, **rule)
        tier, words = changed["researcher"]
        assert (tier, words["current"], words["baseline"]) == ("warning", "90 calls", "30 calls")


@pytest.mark.parametrize(("took_s", "quiet"), [(1.0, True), (30.0, False)], ids=["healthy", "slow"])
async def test_the_default_rules_are_quiet_on_a_healthy_fleet_and_not_on_a_slow_one(
    tmp_path: Path, took_s: float, *, quiet: bool
):
    async with collecting(tmp_path) as talk:
        await Calls(talk).runs(100, took_s)
        found = [await judged(talk, **_at_once(rule)) for rule in default_rules() if rule.kind != "unanswered"]
        assert all(not each for each in found) is quiet


def _at_once(rule: Rule) -> dict[str, Any]:
    """A rule as it is written, but that its tiers wait for nothing."""
    written = rule.model_dump(mode="json", by_alias=True, exclude_unset=True)
    tiers = {name: {key: text for key, text in tier.items() if key != "for"} for name, tier in written["tiers"].items()}
    return {**written, "tiers": tiers}
