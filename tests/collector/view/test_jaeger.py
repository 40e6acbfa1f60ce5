import json
import time
from urllib.parse import quote

import pytest

from spanwise_collector.store import sql
from tests.support.collector import collecting
from tests.support.otlp import request, span, traffic

TRACE = (0x1234).to_bytes(16, "big")


def told(answer):
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "application/json"
    body = answer.json()
    assert (body["total"], body["limit"], body["offset"], body["errors"]) == (len(body["data"]), 0, 0, None)
    return body["data"]


def fault(answer, code):
    assert answer.status_code == code, answer.text
    (error,) = answer.json()["errors"]
    assert (answer.json()["data"], error["code"]) == (None, code)
    return error["msg"]


async def test_what_was_acknowledged_is_in_the_next_answer(tmp_path):
    now_ns = time.time_ns()
    async with collecting(tmp_path) as talk:
        for number in range(5):
            sent = span("chat", trace_id=bytes(15) + bytes([number + 1]), end_ns=now_ns, start_ns=now_ns - number)
            await talk.send(request([sent], {"service.name": f"s{number}"}).SerializeToString())
            assert len(told(await talk.get("/api/traces"))) == number + 1
            assert len(told(await talk.get(f"/api/traces/{number + 1}"))) == 1
            assert told(await talk.get("/api/services")) == [f"s{n}" for n in range(number + 1)]
            assert told(await talk.get(f"/api/services/s{number}/operations")) == ["chat"]


async def test_a_search_agrees_with_what_was_sent(tmp_path):
    body, truth = traffic(5, spans=400, now_ns=time.time_ns())
    ids = {call.trace_id.hex() for call in truth.runs}
    failed = {call.trace_id.hex() for call in (*truth.llm, *truth.tools) if call.error_type}
    slow = {call.trace_id.hex() for call in truth.llm if call.duration_s >= 2}
    async with collecting(tmp_path) as talk:
        await talk.send(body)

        async def found(**params):
            return [each["traceID"] for each in told(await talk.get("/api/traces", limit=1500, **params))]

        assert set(await found()) == ids
        assert set(await found(tags='{"error":"true"}')) == failed
        chats = [await found(operation=f"chat {model}", minDuration="2s") for model in {c.model for c in truth.llm}]
        assert {each for some in chats for each in some} == slow
        newest = {}
        for call in (*truth.llm, *truth.tools, *truth.runs):
            key = call.trace_id.hex()
            newest[key] = max(call.end_ns, newest.get(key, 0))
        assert await found() == sorted(newest, key=newest.get, reverse=True)


async def test_spans_stay_found_after_they_became_files(tmp_path):
    body, truth = traffic(6, spans=200, now_ns=time.time_ns())
    async with collecting(tmp_path) as talk:
        await talk.send(body)
        before = told(await talk.get("/api/traces", limit=1500))
    async with collecting(tmp_path) as talk:
        after = told(await talk.get("/api/traces", limit=1500))
    assert [each["traceID"] for each in after] == [each["traceID"] for each in before]
    assert sum(len(each["spans"]) for each in after) == truth.spans


@pytest.mark.parametrize("spelled", ["1234", f"{0x1234:016x}", f"{0x1234:032X}", TRACE.hex()])
async def test_a_trace_is_found_by_every_spelling_of_its_id(tmp_path, spelled):
    async with collecting(tmp_path) as talk:
        await talk.send(request([span(trace_id=TRACE)]).SerializeToString())
        for params in ({}, {"start": 1, "end": 2}):  # hints only: the id says it all
            (trace,) = told(await talk.get(f"/api/traces/{spelled}", **params))
            assert trace["traceID"] == TRACE.hex()


async def test_the_name_of_a_service_may_hold_slashes_and_more(tmp_path):
    async with collecting(tmp_path) as talk:
        for name in ("a/b", "ä b?&", "x/operations"):
            await talk.send(
                request(
                    [span(f"in {name}", trace_id=name.encode().ljust(16))], {"service.name": name}
                ).SerializeToString()
            )
        assert told(await talk.get("/api/services/a/b/operations")) == ["in a/b"]
        assert told(await talk.get("/api/services/x/operations/operations")) == ["in x/operations"]
        for name in ("a/b", "ä b?&", "x/operations"):
            assert told(await talk.get(f"/api/services/{quote(name, safe='')}/operations")) == [f"in {name}"]


async def test_calls_between_services_are_counted(tmp_path):
    now_ns = time.time_ns()
    times = {"start_ns": now_ns - 10**9, "end_ns": now_ns, "trace_id": TRACE}
    async with collecting(tmp_path) as talk:
        await talk.send(request([span(span_id=b"p" * 8, **times)], {"service.name": "web"}).SerializeToString())
        child = span(span_id=b"c" * 8, parent_span_id=b"p" * 8, **times)
        await talk.send(request([child], {"service.name": "agent"}).SerializeToString())
        edge = {"parent": "web", "child": "agent", "callCount": 1}
        assert told(await talk.get("/api/dependencies")) == [edge]
        now_ms = now_ns // 10**6 + 1
        assert told(await talk.get("/api/dependencies", endTs=now_ms, lookback=60_000)) == [edge]
        assert told(await talk.get("/api/dependencies", endTs=now_ms - 120_000, lookback=60_000)) == []


async def test_an_unknown_trace_is_not_found(tmp_path):
    async with collecting(tmp_path) as talk:
        assert fault(await talk.get("/api/traces/ff"), 404) == "trace not found"


@pytest.mark.parametrize(
    ("path", "params", "field"),
    [
        ("/api/traces/xyz", {}, "traceID"),
        ("/api/traces", {"tags": "{"}, "tags"),
        ("/api/traces", {"tags": '{"a":1}'}, "tags"),
        ("/api/traces", {"tag": "a"}, "tag"),
        ("/api/traces", {"minDuration": "1"}, "minDuration"),
        ("/api/traces", {"maxDuration": "x"}, "maxDuration"),
        ("/api/traces", {"start": "now"}, "start"),
        ("/api/traces", {"limit": "1501"}, "limit"),
        ("/api/dependencies", {"endTs": "x"}, "endTs"),
        ("/api/dependencies", {"lookback": "1h"}, "lookback"),
    ],
)
async def test_a_bad_parameter_is_told_in_jaegers_words(tmp_path, path, params, field):
    async with collecting(tmp_path) as talk:
        assert fault(await talk.get(path, **params), 400).startswith(f"{field}: expected ")


async def test_empty_parameters_say_nothing(tmp_path):
    async with collecting(tmp_path) as talk:
        await talk.send(traffic(1, spans=20, now_ns=time.time_ns())[0])
        names = ("service", "operation", "tags", "minDuration", "maxDuration", "limit", "start", "end")
        assert told(await talk.get("/api/traces", **dict.fromkeys(names, "")))
        assert told(await talk.get("/api/dependencies", endTs="", lookback="")) == []


async def test_an_answer_that_is_too_large_is_a_fault_with_the_reason(tmp_path, monkeypatch):
    monkeypatch.setattr(sql, "MAX_ROWS", 0)
    async with collecting(tmp_path) as talk:
        await talk.send(traffic(1, spans=20, now_ns=time.time_ns())[0])
        assert "more than 0 rows" in fault(await talk.get("/api/services"), 400)


async def test_tags_are_found_in_the_way_grafana_writes_them(tmp_path):
    now_ns = time.time_ns()
    attributes = {"http.status_code": 500, "cached": True, "user": "ä:b", "ratio": 0.25}
    sent = span("GET /a", attributes, end_ns=now_ns, start_ns=now_ns - 10**9)
    async with collecting(tmp_path) as talk:
        await talk.send(request([sent], {"service.name": "s", "host.name": "h"}).SerializeToString())
        wanted = {"http.status_code": "500", "cached": "true", "user": "ä:b", "ratio": "0.25", "host.name": "h"}
        assert len(told(await talk.get("/api/traces", tags=json.dumps(wanted)))) == 1
        assert len(told(await talk.get("/api/traces", tag=["cached:true", "user:ä:b"]))) == 1
        for key in wanted:
            assert told(await talk.get("/api/traces", tags=json.dumps({**wanted, key: "other"}))) == []
