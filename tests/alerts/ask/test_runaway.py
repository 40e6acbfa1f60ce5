from __future__ import annotations

import json
import time

import pytest

from spanwise_alerts.ask.collector import Collector
from spanwise_alerts.detect.evaluate import questions
from spanwise_alerts.errors import AskError
from spanwise_alerts.question import Answer, Question
from spanwise_alerts.rules.kinds import rule_of
from tests.alerts.detect.test_runaway import TOLD
from tests.support.collector import collecting
from tests.support.otlp import request
from tests.support.runaways import otlp, stuck
from tests.support.webhook import Reply, Server

ASKED = Question("", "", ("agent", "run"), (("service", "s"),), runaway=(("cycle", 6.0), ("repeats", 5.0)))
MEASURED = Question("llm.calls", "count", window_s=60.0)
BATCH = {"tables": [{"by": [], "rows": [[]]}], "sets": [{"table": 0, "counts": [1]}],
         "answers": [{"set": 0, "values": [1]}]}  # fmt: skip


async def ask(answer, *asked):
    with Server(answer) as server:
        source = Collector(server.url)
        try:
            return await source.ask(asked or (ASKED,), 1.0)
        finally:
            await source.close()


def runs(delivery):
    if delivery.path.startswith("/api/v1/measure"):
        return Reply(body=json.dumps(BATCH).encode())
    return Reply(body=json.dumps({"runaways": [{**TOLD, "agent": "researcher", "service": "s"}]}).encode())


async def test_a_run_has_its_labels_its_money_and_all_that_is_told():
    (answer,) = await ask(runs)
    assert answer.table.labels == ((("agent", "researcher"), ("run", "ab" * 16)),)
    assert (answer.values, answer.counts) == ([0.6], [6])
    assert answer.details[0]["cycle"] == ["search"]


async def test_numbers_and_runs_are_asked_for_together_each_in_its_place():
    first, second, third = await ask(runs, ASKED, MEASURED, ASKED)
    assert (first.values, second.values, third.values) == ([0.6], [1], [0.6])


async def test_signs_that_are_not_named_are_left_out():
    paths = []

    def answer(delivery):
        paths.append(delivery.path)
        return runs(delivery)

    await ask(answer)
    assert "repeats=5&same_error=0&no_progress=0" in paths[0]
    assert "cycle=6&service=s" in paths[0]
    assert "/api/v1/runaways?" in Collector("http://c").link(ASKED)


@pytest.mark.parametrize(
    ("reply", "wanted"),
    [
        (Reply(422, body=b"repeats"), "refused the question for runaways: 422 repeats"),
        (Reply(body=b"<html>"), "answered something else"),
        (Reply(body=b'{"runaways": [{}]}'), "answered something else"),
    ],
)
async def test_what_is_no_answer_is_an_error_of_that_question_alone(reply, wanted):
    answers = await ask(lambda delivery: runs(delivery) if "measure" in delivery.path else reply, MEASURED, ASKED)
    assert isinstance(answers[0], Answer)
    assert isinstance(answers[1], AskError)
    assert wanted in str(answers[1])
    with pytest.raises(AskError, match=wanted):
        await ask(lambda _: reply)


async def test_a_collector_that_is_not_there_is_an_error():
    source = Collector("http://127.0.0.1:1")
    with pytest.raises(AskError, match="collector did not answer: ConnectError"):
        await source.ask([ASKED], 1.0)
    await source.close()


async def test_the_real_collector_takes_every_sign(tmp_path):
    everything = {
        "repeats": 5, "cycle": 3, "same_error": 5, "no_progress": 5, "cost_per_minute": 1, "tokens_per_minute": 60_000,
        "context_growth": 4, "depth": 5, "fan_out": 50, "where": {"environment": ""},
    }  # fmt: skip
    rule = rule_of({"name": "loops", "kind": "runaway", **everything})
    async with collecting(tmp_path) as talk:
        await talk.send(request(otlp(stuck(9), b"\x07" * 16, time.time_ns())).SerializeToString())
        source = Collector(talk.http)
        (answer,) = await source.ask(questions(rule, 0.0), 0.0)
        await source.close()
    assert isinstance(answer, Answer)
    assert answer.table.labels == ((("agent", "researcher"), ("run", "07" * 16), ("service", "research-api")),)
    assert answer.details[0]["repetitions"] == 9
