from __future__ import annotations

import json
from urllib.parse import parse_qs, urlsplit

import pytest

from spanwise_alerts.ask.past import Past
from spanwise_alerts.errors import AskError
from spanwise_alerts.question import Question
from tests.support.webhook import Delivery, Reply, Server

P95 = Question("llm.duration", "p95", ("model",), (("environment", "prod"),), 300.0)
M = (("model", "m"),)


class Numbers:
    """A collector: every point of a series is its time, with ten observations."""

    def __init__(self) -> None:
        self.asked: list[dict[str, list[str]]] = []

    def __call__(self, delivery: Delivery) -> Reply:
        query = parse_qs(urlsplit(delivery.path).query)
        self.asked.append(query)
        start, end, step = float(query["start"][0]), float(query["end"][0]), float(query["step"][0].removesuffix("s"))
        times = [start + n * step for n in range(int((end - start) // step) + 1)]
        points = [{"at": at, "value": at, "count": 10} for at in times]
        return Reply(body=json.dumps({"series": [{"labels": {"model": "m"}, "points": points}]}).encode())


async def test_a_question_is_asked_once_and_answered_at_every_moment():
    numbers = Numbers()
    with Server(numbers) as server:
        past = Past(server.url, 60.0)
        await past.read(lambda _: [P95], 1000.0, 1600.0)
    (query,) = numbers.asked
    assert query == {
        "measure": ["llm.duration"], "stat": ["p95"], "by": ["model"], "where": ["environment:prod"],
        "start": ["1000.000"], "end": ["1600.001"], "step": ["60s"], "window": ["300s"],
    }  # fmt: skip
    assert past.answer(P95, 1000.0).of(M) == (1000.0, 10)
    assert past.answer(P95, 1600.0).of(M) == (1600.0, 10)
    assert past.answer(P95, 1700.0).of(M) == (None, 0)


async def test_a_long_window_is_put_together_of_steps():
    numbers = Numbers()
    question = Question("llm.cost", "sum", (), (), 180.0)
    with Server(numbers) as server:
        past = Past(server.url, 60.0)
        await past.read(lambda _: [question], 1000.0, 1600.0)
    (query,) = numbers.asked
    assert (query["start"], query["window"]) == (["820.000"], ["60s"])
    assert past.answer(question, 1000.0).of(M) == (880.0 + 940.0 + 1000.0, 30)


async def test_what_is_counted_since_a_moment_begins_anew_with_it():
    numbers = Numbers()
    with Server(numbers) as server:
        past = Past(server.url, 100.0)

        def asked(at_s: float) -> list[Question]:
            return [Question("llm.cost", "sum", since_s=at_s // 500 * 500)]

        await past.read(asked, 1300.0, 1700.0)
    assert numbers.asked[0]["start"] == ["1000.000"]
    found = [past.answer(asked(at_s)[0], at_s).of(M)[0] for at_s in (1300.0, 1400.0, 1500.0, 1600.0)]
    assert found == [1100.0 + 1200 + 1300, 1100.0 + 1200 + 1300 + 1400, None, 1600.0]


async def test_what_was_before_is_asked_before():
    question = Question("llm.duration", "p95", window_s=300.0, ago_s=3600.0)
    with Server(Numbers()) as server:
        past = Past(server.url, 60.0)
        await past.read(lambda _: [question], 10_000.0, 10_600.0)
    assert past.answer(question, 10_060.0).of(M) == (6460.0, 10)


async def test_more_points_than_a_collector_answers_are_asked_in_parts_on_one_grid():
    numbers = Numbers()
    with Server(numbers) as server:
        past = Past(server.url, 10.0)
        await past.read(lambda _: [P95], 1000.0, 121_000.0)
    assert [(query["start"], query["end"]) for query in numbers.asked] == [
        (["1000.000"], ["100990.001"]), (["101000.000"], ["121000.001"]),
    ]  # fmt: skip
    assert past.answer(P95, 101_000.0).of(M) == (101_000.0, 10)


async def test_of_the_top_only_the_greatest_have_a_value():
    def answer(_: Delivery) -> Reply:
        series = [
            {"labels": {"user": name}, "points": [{"at": 100.0, "value": value, "count": 1}]}
            for name, value in (("a", 1.0), ("b", 3.0), ("c", 2.0))
        ]
        return Reply(body=json.dumps({"series": series}).encode())

    question = Question("llm.cost", "sum", ("user",), since_s=0.0, top=2)
    with Server(answer) as server:
        past = Past(server.url, 100.0)
        await past.read(lambda _: [question], 100.0, 100.0)
    found = past.answer(question, 100.0)
    assert [found.of((("user", name),))[0] for name in "abc"] == [None, 3.0, 2.0]


@pytest.mark.parametrize(
    ("reply", "wanted"), [(Reply(422, body=b"no such stat"), "answered 422: no such stat"), (Reply(body=b"[]"), "else")]
)
async def test_a_collector_that_cannot_is_an_error(reply: Reply, wanted: str):
    with Server(lambda _: reply) as server:
        with pytest.raises(AskError, match=wanted):
            await Past(server.url, 60.0).read(lambda _: [P95], 0.0, 60.0)
        with pytest.raises(AskError, match="rules with promql are not in the collector's past"):
            await Past(server.url, 60.0).read(lambda _: [Question("", "", promql="up")], 0.0, 60.0)
    with pytest.raises(AskError, match="did not answer"):
        await Past("http://127.0.0.1:1", 60.0).read(lambda _: [P95], 0.0, 60.0)
