from __future__ import annotations

import json
from urllib.parse import parse_qs, urlsplit

import pytest

from spanwise_alerts.ask import history as module
from spanwise_alerts.ask.history import of_collector, of_source
from spanwise_alerts.errors import AskError
from spanwise_alerts.question import Question
from tests.alerts.answers import an_answer, of
from tests.support.webhook import Delivery, Reply, Server

ASKED = Question("llm.duration", "p95", ("model",), (), 60.0)


class Numbers:
    """A collector with some series whose value is the time; it can refuse."""

    def __init__(self, series: int) -> None:
        self.series = series
        self.asked: list[tuple[float, float]] = []
        self.fault = False

    def __call__(self, delivery: Delivery) -> Reply:
        query = parse_qs(urlsplit(delivery.path).query)
        start, end = float(query["start"][0]), float(query["end"][0])
        self.asked.append((start, end))
        points = [
            {"at": start + 60.0 * n, "value": start + 60.0 * n, "count": 5} for n in range(int((end - start) // 60) + 1)
        ]
        series = [{"labels": {"model": f"m{n}"}, "points": points} for n in range(self.series)]
        return Reply(status=503, body=b"busy") if self.fault else Reply(body=json.dumps({"series": series}).encode())


async def read(numbers: Numbers, after_s: float, until_s: float):
    with Server(numbers) as server:
        return [piece async for piece in of_collector(server.url)(ASKED, after_s, until_s)]


async def test_every_point_of_a_stretch_comes_once_and_in_order():
    pieces = await read(Numbers(2), 600.0, 6600.0)
    points = [each for piece in pieces for each in piece]
    assert [at_s for at_s, _ in points] == [660.0 + 60.0 * n for n in range(100)]
    assert all(answer.of((("model", "m1"),)) == (at_s, 5) for at_s, answer in points)


async def test_a_piece_holds_no_more_numbers_than_are_read_at_once(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(module, "_AT_ONCE", 40)
    pieces = await read(Numbers(4), 0.0, 6000.0)
    assert max(len(piece) for piece in pieces[:-1]) == 10
    assert sum(len(piece) for piece in pieces) == 100


async def test_of_many_series_the_past_is_shorter(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(module, "_MOST", 200)
    pieces = await read(Numbers(4), 0.0, 6000.0)
    points = [at_s for piece in pieces for at_s, _ in piece]
    assert points == [6000.0 - 60.0 * n for n in range(49, -1, -1)]


async def test_a_short_stretch_is_read_at_once():
    numbers = Numbers(1)
    pieces = await read(numbers, 0.0, 300.0)
    assert [[at_s for at_s, _ in piece] for piece in pieces] == [[60.0, 120.0, 180.0, 240.0, 300.0]]
    assert len(numbers.asked) == 1


async def test_a_collector_that_does_not_answer_is_told():
    numbers = Numbers(1)
    numbers.fault = True
    with pytest.raises(AskError, match="503"):
        await read(numbers, 0.0, 300.0)


class Source:
    """A source that knows moments only."""

    def __init__(self) -> None:
        self.at_s: list[float] = []

    async def ask(self, _, at_s):
        self.at_s.append(at_s)
        return [AskError("gone") if at_s > 1e6 else an_answer({"a": at_s})]


async def test_other_sources_are_asked_for_each_moment_a_bounded_number_of_times():
    source = Source()
    pieces = [piece async for piece in of_source(source)(ASKED, 0.0, 60.0 * 500)]
    assert [at_s for piece in pieces for at_s, _ in piece] == [60.0 * n for n in range(381, 501)]
    assert pieces[0][0][1].of(of("a")) == (60.0 * 381, 100)
    with pytest.raises(AskError, match="gone"):
        [piece async for piece in of_source(source)(ASKED, 2e6, 2e6 + 60)]
