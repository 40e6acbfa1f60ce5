from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

import httpx
import pytest

from spanwise_alerts.ask.collector import Collector
from spanwise_alerts.errors import AskError
from spanwise_alerts.question import Answer, Question
from spanwise_alerts.rules.measured import unit_of
from spanwise_schema.measures import MEASURES
from tests.support.collector import collecting
from tests.support.webhook import Reply, Server

ASKED = Question("llm.duration", "p95", ("model", "provider"), (("agent", "a"),), 300.0)
TOLD: dict[str, Any] = {
    "tables": [{"by": ["model", "provider"], "rows": [["a", "x"], ["b", ""]]}],
    "sets": [{"table": 0, "counts": [3, 0]}],
    "answers": [{"set": 0, "values": [1.5, None]}],
}


async def ask(reply: Reply, *questions: Question) -> Any:
    with Server(lambda _: reply) as server:
        source = Collector(server.url)
        try:
            return await source.ask(questions or (ASKED,), 1.0)
        finally:
            await source.close()


def told(**changes: Any) -> Reply:
    return Reply(body=json.dumps({**TOLD, **changes}).encode())


async def test_labels_without_a_value_are_left_out_and_what_was_not_observed_has_no_value():
    (answer,) = await ask(told())
    assert answer.table.labels == ((("model", "a"), ("provider", "x")), (("model", "b"),))
    assert (answer.values, answer.counts, answer.complete_from_s) == ([1.5, None], [3, 0], None)


async def test_a_question_that_is_refused_has_its_reason_in_its_place():
    answers = [TOLD["answers"][0], {"fault": "stat: llm.cost has no stat 'p42'"}]
    good, bad = await ask(told(answers=answers), ASKED, ASKED)
    assert isinstance(good, Answer)
    assert isinstance(bad, AskError)
    assert "no stat 'p42'" in str(bad)


@pytest.mark.parametrize(
    ("reply", "wanted"),
    [
        (Reply(503, body=b"starting"), "collector answered 503: starting"),
        (Reply(302, (("Location", "/elsewhere"),)), "collector answered 302"),
        (Reply(200, body=b"<html>"), "collector answered something else"),
        (told(answers=[]), "something else: 0 answers to 1 questions"),
        (told(answers=[{"set": 7, "values": []}]), "collector answered something else"),
        (told(answers=[{"set": 0, "values": [1.0]}]), "columns of different lengths"),
        (told(tables=[{"by": ["model"], "rows": [["a", "b"], ["c", "d"]]}]), "collector answered something else"),
    ],
)
async def test_what_is_no_answer_is_an_error_and_never_no_data(reply: Reply, wanted: str):
    with pytest.raises(AskError, match=wanted):
        await ask(reply)


async def test_a_collector_that_is_not_there_is_an_error():
    source = Collector("http://127.0.0.1:1")
    with pytest.raises(AskError, match="collector did not answer: ConnectError"):
        await source.ask([ASKED], 1.0)
    await source.close()


async def test_series_that_do_not_change_are_the_same_object():
    with Server(lambda _: told()) as server:
        source = Collector(server.url)
        first, second = [(await source.ask([ASKED], at_s))[0] for at_s in (1.0, 2.0)]
        await source.close()
    assert isinstance(first, Answer)
    assert isinstance(second, Answer)
    assert first.table is second.table


async def test_the_real_collector_takes_every_measure_stat_and_dimension_and_means_the_same_unit(tmp_path: Path):
    where = (("agent", "a:b c"),)
    async with collecting(tmp_path) as talk, httpx.AsyncClient() as client:
        source = Collector(talk.http)
        for measure in MEASURES.values():
            asked = [Question(measure.name, stat, measure.dimensions, where, 5400.0) for stat in measure.stats]
            past = Question(measure.name, "count", measure.dimensions, where, 60.0, ago_s=604800.0)
            answers = await source.ask([*asked, past], time.time())
            assert [answer.values for answer in answers if isinstance(answer, Answer)] == [[]] * (len(asked) + 1)
            link = (await client.get(source.link(asked[0]))).json()
            assert (link["unit"], link["window_s"]) == (unit_of(measure, asked[0].stat), 5400.0)
        spent = Question("llm.cost", "sum", ("user", "session"), where, since_s=time.time() - 86400, top=3)
        (answer,) = await source.ask([spent], time.time())
        assert isinstance(answer, Answer)
        await source.close()
