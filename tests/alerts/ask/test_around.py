from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import pytest

from spanwise_alerts.ask.around import Around
from spanwise_alerts.errors import AskError
from spanwise_alerts.question import Question
from spanwise_alerts.trace import RunSearch, TraceSearch
from tests.support.collector import collecting
from tests.support.otlp import request, span
from tests.support.webhook import Reply, Server

P95 = Question("llm.duration", "p95", (), (("model", "gpt-4o"),), 60.0)
CHAT = {"gen_ai.operation.name": "chat", "gen_ai.provider.name": "openai", "gen_ai.request.model": "gpt-4o"}


def calls(now_s: float) -> bytes:
    """Two calls, of 1 s and of 3 s, within a run of an agent; the long one failed."""
    end_ns = round((now_s - 5) * 1e9)
    made = [
        span(
            "chat", {**CHAT, "gen_ai.agent.name": "a", **({"error.type": "timeout"} if took_s > 1 else {})},
            span_id=bytes([took_s]) * 8, parent_span_id=b"\x09" * 8, start_ns=end_ns - took_s * 10**9, end_ns=end_ns,
        )
        for took_s in (1, 3)
    ]  # fmt: skip
    agent = {"gen_ai.operation.name": "invoke_agent", "gen_ai.agent.name": "a"}
    made.append(span("invoke_agent a", agent, span_id=b"\x09" * 8, start_ns=end_ns - 4 * 10**9, end_ns=end_ns))
    return request(made).SerializeToString()


def search(now_s: float, **changes: Any) -> TraceSearch:
    usual: dict[str, Any] = {"service": "research-api", "start_s": now_s - 60, "end_s": now_s, "limit": 3}
    return TraceSearch({"spanwise.model": "gpt-4o"}, **{**usual, **changes})


async def test_a_real_collector_tells_courses_spans_and_runs(tmp_path: Path):
    async with collecting(tmp_path) as talk:
        now_s = time.time()
        assert (await talk.send(calls(now_s))).status_code == 200
        around = Around(f"{talk.http}/")
        try:
            course = await around.course(P95, now_s - 300, now_s, 60.0)
            assert [at_s for at_s, _ in course] == pytest.approx([now_s - 300 + n * 60 for n in range(6)], abs=0.01)
            assert course[0][1] is None
            assert course[-1][1] == pytest.approx(2.9, rel=0.02)
            found = await around.spans(search(now_s))
            assert sorted(each.duration_s for each in found) == [1.0, 3.0]
            slow = await around.spans(search(now_s, shortest_s=2.0))
            assert [(each.name, each.text("spanwise.error_type")) for each in slow] == [("chat", "timeout")]
            quick = await around.spans(search(now_s, longest_s=2.0))
            assert [each.number("spanwise.input_tokens") for each in quick] == [None]
            assert await around.spans(search(now_s, service="other")) == []
            (run,) = await around.runs(RunSearch({"agent": "a"}, "duration", now_s, 60.0, 3))
            assert (run.agent, run.status, run.duration_s, run.steps, run.models) == ("a", "ok", 4.0, 2, ["gpt-4o"])
        finally:
            await around.close()


async def test_failed_and_sound_calls_are_told_apart(tmp_path: Path):
    async with collecting(tmp_path) as talk:
        now_s = time.time()
        assert (await talk.send(calls(now_s))).status_code == 200
        around = Around(talk.http)
        tags = {"spanwise.model": "gpt-4o"}
        try:
            for failed, wanted in (("true", [3.0]), ("false", [1.0])):
                asked = TraceSearch({**tags, "error": failed}, "", now_s - 60, now_s, 3)
                assert [each.duration_s for each in await around.spans(asked)] == wanted
        finally:
            await around.close()


@pytest.mark.parametrize(
    ("reply", "wanted"),
    [
        (Reply(503, body=b"starting"), "collector answered 503: starting"),
        (Reply(body=b"[]"), "collector answered something else"),
        (Reply(body=b" " * (8 * 2**20 + 1)), "more than 8388608 bytes"),
    ],
)
async def test_what_is_no_answer_is_an_error(reply: Reply, wanted: str):
    with Server(lambda _: reply) as server:
        around = Around(server.url)
        with pytest.raises(AskError, match=wanted):
            await around.spans(search(100.0))
        await around.close()


async def test_a_collector_that_is_not_there_is_an_error():
    around = Around("http://127.0.0.1:1")
    with pytest.raises(AskError, match="did not answer"):
        await around.runs(RunSearch({}, "start", 100.0, 60.0, 1))
    await around.close()
