"""What emitters tell of costs, from the wire to the numbers."""

import time

import polars as pl
import pytest

from spanwise_collector.decode import decode
from spanwise_collector.normalise import WANTED, normalise
from spanwise_collector.price import PriceBook
from tests.dialects.cases import cases
from tests.support.collector import collecting
from tests.support.otlp import request, span

BOOK = PriceBook()
TRACE = b"r" * 16
CHAT = {
    "gen_ai.operation.name": "chat",
    "gen_ai.provider.name": "openai",
    "gen_ai.request.model": "made-up-9",
    "gen_ai.usage.input_tokens": 1000,
    "gen_ai.usage.output_tokens": 100,
}
REPORTING = [case for case in cases() if case.calls["reported_cost_pico_usd"].is_not_null().any()]


def test_emitters_were_recorded_that_tell_costs():
    assert {case.emitter for case in REPORTING} >= {"litellm", "pydantic_ai"}


@pytest.mark.parametrize("case", REPORTING, ids=lambda case: case.name)
def test_what_an_emitter_calculated_is_what_we_calculate(case):
    priced = BOOK.price(case.calls)
    assert priced["cost_pico_usd"].to_list() == priced["reported_cost_pico_usd"].to_list()
    assert set(priced["cost_source"]) == {"computed"}


@pytest.mark.parametrize("case", REPORTING, ids=lambda case: case.name)
def test_what_an_emitter_calculated_counts_for_a_model_without_a_price(case):
    names = (pl.lit("made-up-9").alias(name) for name in ("model", "response_model"))
    priced = BOOK.price(case.calls.with_columns(names))
    assert priced["cost_pico_usd"].to_list() == priced["reported_cost_pico_usd"].to_list()
    assert set(priced["cost_source"]) == {"reported"}


@pytest.mark.parametrize(
    ("told", "pico_usd", "faults"),
    [
        (0.25, 25 * 10**10, 0), ("0.25", 25 * 10**10, 0), (2, 2 * 10**12, 0), (0, None, 0), ("", None, 0),
        (float("nan"), None, 1), (float("inf"), None, 1), ("free", None, 1), (True, None, 1), (-0.25, None, 1),
        (b"1", None, 1), (["1"], None, 1), ({"usd": 1.0}, None, 1), ("9" * 10_000, None, 1),
    ],
    ids=range(14),
)  # fmt: skip
def test_what_is_no_cost_breaks_nothing_and_is_counted(told, pico_usd, faults):
    decoded = decode(request([span(attributes={**CHAT, "gen_ai.usage.cost": told})]).SerializeToString(), WANTED)
    normalised = normalise(decoded.frame)
    row = BOOK.price(normalised.frame).row(0, named=True)
    assert row["cost_pico_usd"] == pico_usd
    assert row["cost_source"] == ("unpriced" if pico_usd is None else "reported")
    assert row["input_tokens"] == 1000
    assert decoded.faults.get("gen_ai.usage.cost", 0) + normalised.faults.get("gen_ai.usage.cost", 0) == faults


async def test_a_reported_cost_is_shown_as_one_and_is_not_missing(tmp_path):
    now_ns = time.time_ns()
    attributes = {**CHAT, "gen_ai.usage.cost": 0.25}
    told = span(trace_id=TRACE, start_ns=now_ns - 10**9, end_ns=now_ns, attributes=attributes)
    async with collecting(tmp_path) as talk:
        await talk.send(request([told]).SerializeToString())
        (shown,) = (await talk.get(f"/api/v1/traces/{TRACE.hex()}")).json()["spans"]
        assert (shown["cost_usd"], shown["cost_source"]) == (0.25, "reported")
        assert await talk.value("llm.cost", "sum") == 0.25
        assert "spanwise_llm_unpriced_calls_total{" not in (await talk.get("/metrics")).text


async def test_a_cost_that_an_agent_repeats_of_its_calls_is_left_out(tmp_path):
    now_ns = time.time_ns()
    when = {"trace_id": TRACE, "start_ns": now_ns - 10**9, "end_ns": now_ns}
    root = b"1" * 8
    call = span(**when, span_id=b"2" * 8, parent_span_id=root, attributes={**CHAT, "gen_ai.usage.cost": 0.25})
    agent = span("invoke_agent a", **when, span_id=root, attributes={
        **CHAT, "gen_ai.operation.name": "invoke_agent", "gen_ai.agent.name": "a", "gen_ai.usage.cost": 0.25,
    })  # fmt: skip
    async with collecting(tmp_path) as talk:
        await talk.send(request([call, agent]).SerializeToString())
        assert await talk.value("llm.cost", "sum") == 0.25
        (run,) = (await talk.get("/api/v1/runs")).json()["runs"]
        assert (run["cost_usd"], run["unpriced_calls"]) == (0.25, 0)
