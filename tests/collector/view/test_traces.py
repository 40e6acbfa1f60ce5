import time

import pytest

from spanwise_collector import search
from tests.support.collector import collecting
from tests.support.otlp import request, span

TRACE = b"t" * 16


async def test_a_trace_shows_every_attribute(tmp_path):
    now_ns = time.time_ns()
    attributes = {
        "text": "ä",
        "number": 7,
        "share": 0.5,
        "yes": True,
        "list": ["a", "b"],
        "gen_ai.operation.name": "chat",
    }
    sent = span(
        "chat x", trace_id=TRACE, span_id=b"s" * 8, start_ns=now_ns - 10**9, end_ns=now_ns, attributes=attributes
    )
    async with collecting(tmp_path) as talk:
        await talk.send(request([sent]).SerializeToString())
        answer = (await talk.get(f"/api/v1/traces/{TRACE.hex().upper()}")).json()
        (told,) = answer["spans"]
        assert (answer["trace_id"], answer["total"], answer["truncated"]) == (TRACE.hex(), 1, False)
        assert told["attributes"] == attributes
        assert (told["name"], told["duration_s"], told["start_ns"]) == ("chat x", 1.0, now_ns - 10**9)
        assert told["call"]["operation"] == "chat"


async def test_of_a_long_trace_the_oldest_spans_are_told_and_how_many_it_has(tmp_path, monkeypatch):
    monkeypatch.setattr(search, "MOST_SPANS", 3)
    now_ns = time.time_ns()
    sent = [
        span("x", trace_id=TRACE, span_id=number.to_bytes(8), start_ns=now_ns + number, end_ns=now_ns + 9)
        for number in (5, 2, 4, 1, 3)
    ]
    async with collecting(tmp_path) as talk:
        await talk.send(request(sent).SerializeToString())
        answer = (await talk.get(f"/api/v1/traces/{TRACE.hex()}")).json()
        assert [told["start_ns"] - now_ns for told in answer["spans"]] == [1, 2, 3]
        assert (answer["total"], answer["truncated"]) == (5, True)


async def test_an_unknown_trace_is_not_found(tmp_path):
    async with collecting(tmp_path) as talk:
        answer = await talk.get(f"/api/v1/traces/{'0' * 31}1")
        assert answer.status_code == 404
        assert "no span of trace" in answer.json()["detail"]


@pytest.mark.parametrize("trace_id", ["xyz", "0" * 31, "g" * 32])
async def test_a_malformed_trace_id_says_what_is_expected(tmp_path, trace_id):
    async with collecting(tmp_path) as talk:
        answer = await talk.get(f"/api/v1/traces/{trace_id}")
        assert answer.status_code == 422
        assert "32 hexadecimal digits" in answer.text
