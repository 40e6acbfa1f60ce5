from __future__ import annotations

import asyncio
import time

import pytest

from tests.support.collector import collecting
from tests.support.otlp import request, span
from tests.support.runaways import HEALTHY, otlp, stuck

TRACE = b"\x07" * 16


async def asked(talk, **params):
    answer = await talk.get("/api/v1/runaways", **params)
    assert answer.status_code == 200, answer.text
    return answer.json()["runaways"]


async def until(talk, wanted, **params):
    """Ask until the answer is what is wanted."""
    for _ in range(400):
        found = await asked(talk, **params)
        if wanted(found):
            return found
        await asyncio.sleep(0.05)
    raise AssertionError(found)


async def test_a_loop_is_told_while_its_run_is_in_flight_and_that_it_ended(tmp_path):
    async with collecting(tmp_path) as talk:
        steps = otlp(stuck(6), TRACE, time.time_ns())
        await talk.send(request(steps[:8]).SerializeToString())
        assert await asked(talk) == []
        await talk.send(request(steps[8:]).SerializeToString())
        (one,) = await until(talk, bool)
        assert (one["trace_id"], one["status"], one["sign"], one["repetitions"]) == (
            TRACE.hex(), "running", "repeats", 6,
        )  # fmt: skip
        assert one["cost_usd_since"] > 0
        run = (await talk.get("/api/v1/runs")).json()["runs"][0]
        assert (run["trace_id"], run["span_id"], run["status"]) == (one["trace_id"], one["span_id"], "running")
        root = span("invoke_agent", {"gen_ai.operation.name": "invoke_agent"}, trace_id=TRACE,
                    span_id=bytes.fromhex(one["span_id"]), start_ns=steps[0].start_time_unix_nano)  # fmt: skip
        await talk.send(request([root]).SerializeToString())
        await until(talk, lambda found: [each["status"] for each in found] == ["ended"])


async def test_healthy_runs_are_not_told(tmp_path):
    async with collecting(tmp_path) as talk:
        for number, steps in enumerate(HEALTHY.values(), 1):
            spans = otlp(steps, bytes([number]) * 16, time.time_ns())
            await talk.send(request(spans).SerializeToString())
        assert (await talk.get("/api/v1/runs")).json()["runs"] != []
        assert await asked(talk) == []


@pytest.mark.parametrize(
    ("params", "field"),
    [
        ({"repeats": 2}, "repeats"),
        ({"repeats": "many"}, "repeats"),
        ({"cost_per_minute": -1}, "cost_per_minute"),
        ({"cycle": 7}, "cycle"),
        ({"limit": 0}, "limit"),
        ({"agnt": "x"}, "agnt"),
    ],
)
async def test_a_wrong_parameter_is_named(tmp_path, params, field):
    async with collecting(tmp_path) as talk:
        answer = await talk.get("/api/v1/runaways", **params)
        assert answer.status_code == 422
        assert [fault["loc"][-1] for fault in answer.json()["detail"]] == [field]


async def test_a_sign_is_left_out_with_nought(tmp_path):
    async with collecting(tmp_path) as talk:
        await talk.send(request(otlp(stuck(6), TRACE, time.time_ns())).SerializeToString())
        await until(talk, bool)
        assert await asked(talk, repeats=0) == []
        assert (await asked(talk, repeats=0, no_progress=6))[0]["sign"] == "no_progress"
        assert await asked(talk, agent="writer") == []
