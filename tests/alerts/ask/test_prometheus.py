from __future__ import annotations

import asyncio
import time
from pathlib import Path
from typing import Any

import pytest

from spanwise_alerts.ask.collector import Collector
from spanwise_alerts.ask.prometheus import Prometheus
from spanwise_alerts.errors import AskError
from spanwise_alerts.question import Answer, Question
from spanwise_alerts.sources import PrometheusServer
from tests.support.collector import collecting
from tests.support.otlp import traffic
from tests.support.prometheus import prometheus
from tests.support.webhook import Reply, Server

UNTIL_S = 60.0


def a_source(url: str, **more: Any) -> Prometheus:
    return Prometheus("p", PrometheusServer.model_validate({"url": url, **more}))


async def answered(reply: Reply) -> Any:
    with Server(lambda _: reply) as server:
        source = a_source(server.url)
        try:
            return (await source.ask([Question("", "", promql="up")], 1.0))[0]
        finally:
            await source.close()


async def test_a_real_prometheus_that_scrapes_the_collector_gives_what_the_collector_gives(tmp_path: Path):
    for folder in ("collector", "prometheus"):
        (tmp_path / folder).mkdir()
    async with collecting(tmp_path / "collector") as talk:
        with prometheus(tmp_path / "prometheus", [talk.http.removeprefix("http://")], 0.5) as server:
            source, own = a_source(server.url), Collector(talk.http)
            await _until(lambda: _scraped(source))
            asked = [
                Question("llm.calls", "count", ("model",), (), 300.0),
                Question("llm.duration", "mean", ("model",), (), 300.0),
                Question("llm.duration", "p95", ("model",), (), 300.0),
                Question("llm.errors", "ratio", (), (), 300.0),
                Question("llm.cost", "sum", ("provider",), (), 300.0),
                Question("", "", promql="up == 1"),
            ]
            # a counter that is new has not grown yet: the second traffic is what Prometheus sees
            for seed in (1, 2):
                await talk.send(traffic(seed, spans=300, now_ns=time.time_ns())[0])
                await _until(lambda: _same(source, own, asked[0]))
            await _until(lambda: _grown(source, asked[0]))
            now_s = time.time()
            told, wanted = await source.ask(asked, now_s), await own.ask(asked[:-1], now_s)
            for question, found, known in zip(asked[:-1], told, wanted, strict=False):
                assert isinstance(found, Answer)
                assert isinstance(known, Answer)
                assert set(found.table.labels) == set(known.table.labels), question
                for labels in known.table.labels:
                    value, grown = known.of(labels)[0], found.of(labels)[0]
                    assert value is not None
                    assert grown is not None
                    if question.stat == "mean":
                        assert 0.2 < grown / value < 5
            up = told[-1]
            assert isinstance(up, Answer)
            assert up.values == [1.0]
            await source.close()
            await own.close()


async def _scraped(source: Prometheus) -> bool:
    (found,) = await source.ask([Question("", "", promql="count_over_time(up[1m]) > 2")], time.time())
    return isinstance(found, Answer) and len(found.values) == 1


async def _same(source: Prometheus, own: Collector, question: Question) -> bool:
    """Whether both see the same series; what Prometheus extrapolates is compared with a wide margin."""
    (told,), (known,) = await source.ask([question], time.time()), await own.ask([question], time.time())
    return isinstance(told, Answer) and isinstance(known, Answer) and set(told.table.labels) == set(known.table.labels)


async def _grown(source: Prometheus, question: Question) -> bool:
    (told,) = await source.ask([question], time.time())
    return isinstance(told, Answer) and all(value for value in told.values)


async def _until(met: Any) -> None:
    deadline = time.monotonic() + UNTIL_S
    while not await met():
        assert time.monotonic() < deadline
        await asyncio.sleep(0.1)


async def test_values_that_are_no_numbers_are_left_out_and_labels_become_dimensions():
    rows = [
        '{"metric": {"gen_ai_request_model": "a", "__name__": "x", "job": ""}, "value": [1, "2.5"]}',
        '{"metric": {"gen_ai_request_model": "b"}, "value": [1, "NaN"]}',
    ]
    body = f'{{"status": "success", "data": {{"resultType": "vector", "result": [{", ".join(rows)}]}}}}'
    found = await answered(Reply(body=body.encode()))
    assert (found.table.labels, found.values) == (((("model", "a"),),), [2.5])


async def test_a_scalar_is_one_series():
    found = await answered(Reply(body=b'{"status": "success", "data": {"resultType": "scalar", "result": [1, "3"]}}'))
    assert (found.table.labels, found.values) == (((),), [3.0])


@pytest.mark.parametrize(
    ("reply", "wanted"),
    [
        (Reply(503, body=b"busy"), "p answered 503: busy"),
        (Reply(400, body=b'{"status": "error", "error": "parse error"}'), "p refused 'up': parse error"),
    ],
)
async def test_what_is_no_answer_is_an_error_and_never_no_data(reply: Reply, wanted: str):
    with pytest.raises(AskError, match=wanted):
        await answered(reply)


async def test_one_question_that_cannot_be_asked_does_not_spoil_the_others():
    body = b'{"status": "success", "data": {"resultType": "vector", "result": []}}'
    with Server(lambda _: Reply(body=body)) as server:
        source = a_source(server.url)
        bad, good = await source.ask(
            [Question("llm.duration", "max", (), (), 60.0), Question("llm.calls", "count", (), (), 60.0)], 1.0
        )
        await source.close()
    assert isinstance(bad, AskError)
    assert isinstance(good, Answer)


async def test_a_token_is_read_anew_for_each_question(tmp_path: Path):
    token, seen = tmp_path / "token", list[str | None]()
    body = b'{"status": "success", "data": {"resultType": "vector", "result": []}}'
    with Server(
        lambda request: (
            seen.append({k.lower(): v for k, v in request.headers.items()}.get("authorization")),
            Reply(body=body),
        )[1]
    ) as server:
        token.write_text("one\n")
        source = a_source(server.url, bearer_file=token)
        await source.ask([Question("", "", promql="up")], 1.0)
        token.write_text("two\n")
        await source.ask([Question("", "", promql="up")], 1.0)
        await source.close()
    assert seen == ["Bearer one", "Bearer two"]


def matrix(*series: str) -> Reply:
    body = f'{{"status": "success", "data": {{"resultType": "matrix", "result": [{", ".join(series)}]}}}}'
    return Reply(body=body.encode())


async def course_of(reply: Reply, question: Question) -> Any:
    with Server(lambda _: reply) as server:
        source = a_source(server.url)
        try:
            return await source.course(question, 60.0, 120.0, 60.0)
        finally:
            await source.close()


async def test_a_course_is_the_one_series_without_what_is_no_number():
    told = matrix('{"metric": {}, "values": [[60, "1.5"], [120, "NaN"]]}')
    assert await course_of(told, Question("llm.calls", "rate", (), (), 60.0)) == [(60.0, 1.5), (120.0, None)]
    assert await course_of(matrix(), Question("llm.calls", "rate", (), (), 60.0)) == []


async def test_of_an_expressions_series_the_alerts_own_is_the_course():
    told = matrix(
        '{"metric": {"job": "a", "__name__": "up"}, "values": [[60, "1"]]}',
        '{"metric": {"job": "b", "__name__": "up"}, "values": [[60, "0"]]}',
    )
    up = Question("", "", where=(("alertname", "down"), ("job", "b")), promql="up")
    assert await course_of(told, up) == [(60.0, 0.0)]
    assert await course_of(told, Question("", "", where=(("job", "c"),), promql="up")) == []


async def test_a_course_of_something_else_is_an_error():
    scalar = Reply(body=b'{"status": "success", "data": {"resultType": "scalar", "result": [1, "3"]}}')
    with pytest.raises(AskError, match="expected a matrix"):
        await course_of(scalar, Question("", "", promql="1"))
