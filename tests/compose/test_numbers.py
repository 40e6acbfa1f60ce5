"""What the terminal shows, asked of a real collector."""

import time

import httpx
import pytest

from spanwise_stack.numbers import Numbers
from tests.support.collector import collecting
from tests.support.otlp import traffic


@pytest.fixture
async def asked(tmp_path):
    body, truth = traffic(seed=4, spans=300, now_ns=time.time_ns(), spread_s=30)
    async with collecting(tmp_path) as talk:
        assert (await talk.send(body)).status_code == 200
        async with httpx.AsyncClient(base_url=talk.http) as client:
            yield Numbers(client), truth


async def test_rows_add_up_to_what_was_sent(asked):
    numbers, truth = asked
    found = await numbers.snapshot(600, 600)
    assert found.calls == len(truth.llm)
    assert found.errors == truth.llm_errors
    assert found.tokens == truth.input_tokens + truth.output_tokens
    assert {row.name for row in found.models} == {call.model for call in truth.llm}
    assert {row.name: row.calls for row in found.tools} == {
        tool: sum(call.tool == tool for call in truth.tools) for tool in {call.tool for call in truth.tools}
    }
    assert found.p95_s > 0.5
    assert found.cost_usd > 0


async def test_the_slowest_run_is_the_one_that_took_longest(asked):
    numbers, truth = asked
    slowest = max(truth.runs, key=lambda run: run.duration_s)
    trace = await numbers.slowest_run(600)
    assert trace["trace_id"] == slowest.trace_id.hex()
    assert len(trace["spans"]) == sum(
        call.trace_id == slowest.trace_id for call in (*truth.llm, *truth.tools, *truth.runs)
    )


async def test_an_empty_collector_has_no_rows(tmp_path):
    async with collecting(tmp_path) as talk, httpx.AsyncClient(base_url=talk.http) as client:
        found = await Numbers(client).snapshot(60, 60)
        assert (found.models, found.tools, found.p95_s, found.cost_usd) == ((), (), None, 0)
        assert await Numbers(client).slowest_run(60) is None
