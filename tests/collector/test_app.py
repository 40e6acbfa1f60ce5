import asyncio
import json
import time
from collections import defaultdict

import grpc
import httpx
import numpy as np
import pytest
from genai_prices import Usage, calc_price
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2_grpc import TraceServiceStub

from spanwise_collector.app import App
from tests.support.collector import JSON, Talk, collecting, config
from tests.support.deep import deep_attribute, deep_json, delimited, request_of
from tests.support.otlp import request, span, traffic


async def test_numbers_agree_with_the_truth(tmp_path):
    now_ns = time.time_ns()
    sent = [traffic(seed, spans=512, now_ns=now_ns) for seed in range(4)]
    async with collecting(tmp_path) as talk:
        for body, _ in sent:
            assert (await talk.send(body)).status_code == 200
        truths = [truth for _, truth in sent]
        llm = [call for truth in truths for call in truth.llm]
        assert await talk.ledger() == {"received": 2048, "stored": 2048, "rejected": 0, "duplicate": 0}
        assert await talk.value("llm.calls", "count") == len(llm)
        assert await talk.value("llm.errors", "count") == sum(truth.llm_errors for truth in truths)
        assert await talk.value("llm.tokens.input", "sum") == sum(truth.input_tokens for truth in truths)
        assert await talk.value("llm.tokens.output", "sum") == sum(truth.output_tokens for truth in truths)
        assert await talk.value("llm.tokens.cache_read", "sum") == sum(truth.cache_read_tokens for truth in truths)
        assert await talk.value("tool.calls", "count") == sum(len(truth.tools) for truth in truths)
        assert await talk.value("run.count", "count") == sum(len(truth.runs) for truth in truths)
        await assert_percentiles(talk, llm)
        await assert_cost(talk, llm)


async def assert_percentiles(talk, llm):
    by_model = defaultdict(list)
    for call in llm:
        by_model[call.model].append(call.duration_s)
    for stat in ("p50", "p90", "p95", "p99"):
        found = {s["labels"]["model"]: s for s in await talk.measure("llm.duration", stat, by="model")}
        assert set(found) == set(by_model)
        for model, durations in by_model.items():
            assert found[model]["value"] == pytest.approx(np.quantile(durations, int(stat[1:]) / 100), rel=0.01)
            assert found[model]["count"] == len(durations)


async def assert_cost(talk, llm):
    by_model = defaultdict(float)
    for call in llm:
        if call.input_tokens:
            usage = Usage(
                input_tokens=call.input_tokens,
                output_tokens=call.output_tokens,
                cache_read_tokens=call.cache_read_tokens or 0,
            )
            by_model[call.model] += float(calc_price(usage, call.model).total_price)
    found = {s["labels"]["model"]: s["value"] for s in await talk.measure("llm.cost", "sum", by="model")}
    assert found == {model: pytest.approx(cost, abs=1e-9) for model, cost in by_model.items()}


async def test_the_same_request_twice_counts_once(tmp_path):
    body, truth = traffic(1, spans=100, now_ns=time.time_ns())
    async with collecting(tmp_path) as talk:
        await asyncio.gather(*(talk.send(body) for _ in range(3)))
        assert await talk.ledger() == {"received": 300, "stored": 100, "rejected": 0, "duplicate": 200}
        assert await talk.value("llm.calls", "count") == len(truth.llm)


async def test_a_restart_goes_on_where_it_stopped(tmp_path):
    now_ns = time.time_ns()
    first, truth = traffic(1, spans=200, now_ns=now_ns)
    second, more = traffic(2, spans=200, now_ns=now_ns)
    async with collecting(tmp_path) as talk:
        await talk.send(first)
    async with collecting(tmp_path) as talk:
        assert await talk.value("llm.calls", "count") == len(truth.llm)
        await talk.send(first)
        await talk.send(second)
        assert await talk.ledger() == {"received": 600, "stored": 400, "rejected": 0, "duplicate": 200}
        assert await talk.value("llm.calls", "count") == len(truth.llm) + len(more.llm)
        metrics = (await talk.get("/metrics")).text
        assert "spanwise_collector_spans_stored_total 400.0" in metrics


async def test_grpc_and_http_feed_the_same_numbers(tmp_path):
    now_ns = time.time_ns()
    async with collecting(tmp_path) as talk:
        await talk.send(traffic(1, spans=50, now_ns=now_ns)[0])
        async with grpc.aio.insecure_channel(talk.grpc) as channel:
            answer = await TraceServiceStub(channel).Export(
                ExportTraceServiceRequest.FromString(traffic(2, spans=50, now_ns=now_ns)[0])
            )
        assert not answer.HasField("partial_success")
        assert (await talk.ledger())["stored"] == 100


async def test_the_good_half_of_a_request_is_kept(tmp_path):
    now_ns = time.time_ns()
    good = span("chat gpt-4o", end_ns=now_ns, attributes={"gen_ai.operation.name": "chat"})
    body = request([good, span("lost", end_ns=now_ns, span_id=b"")]).SerializeToString()
    async with collecting(tmp_path) as talk:
        answer = await talk.send(body)
        assert answer.status_code == 200
        assert b"span id" in answer.content
        assert await talk.ledger() == {"received": 2, "stored": 1, "rejected": 1, "duplicate": 0}
        assert await talk.value("llm.calls", "count") == 1


async def test_absurd_values_break_nothing(tmp_path):
    now_ns = time.time_ns()
    absurd = {
        "gen_ai.operation.name": "chat",
        "gen_ai.request.model": "gpt-4o",
        "gen_ai.usage.input_tokens": -5,
        "gen_ai.usage.output_tokens": float("nan"),
        "gen_ai.response.time_to_first_chunk": float("inf"),
        **{f"attribute.{n}": n for n in range(1_000)},
    }
    body = request([span("chat gpt-4o", end_ns=now_ns, attributes=absurd)]).SerializeToString()
    async with collecting(tmp_path) as talk:
        assert (await talk.send(body)).status_code == 200
        assert await talk.value("llm.calls", "count") == 1
        assert await talk.value("llm.tokens.input", "sum") is None
        assert await talk.value("llm.tokens.output", "sum") is None
        assert await talk.value("llm.cost", "sum") is None
        runs = (await talk.get("/api/v1/runs")).json()["runs"]
        assert runs == []


DEEP_TRACE = b"\x0d" * 16


async def deep_http(talk, body):
    return await talk.send(body)


async def deep_grpc(talk, body):
    async with grpc.aio.insecure_channel(talk.grpc) as channel:
        return await channel.unary_unary("/opentelemetry.proto.collector.trace.v1.TraceService/Export")(body)


async def deep_json_http(talk, _):
    told = {"key": "gen_ai.operation.name", "value": {"stringValue": "chat"}}
    shared = {"traceId": DEEP_TRACE.hex(), "endTimeUnixNano": str(time.time_ns()), "name": "chat"}
    odd = {**shared, "spanId": "01" * 8, "attributes": [told, {"key": "gen_ai.request.model", "value": "DEEP"}]}
    good = {**shared, "spanId": "02" * 8, "attributes": [told]}
    text = json.dumps({"resourceSpans": [{"scopeSpans": [{"spans": [odd, good]}]}]})
    return await talk.send(text.replace('"DEEP"', deep_json(5_000)).encode(), JSON)


@pytest.mark.parametrize("send", [deep_http, deep_json_http, deep_grpc])
async def test_a_value_without_end_costs_neither_its_span_nor_the_batch_and_the_fault_is_counted(tmp_path, send):
    now_ns, told = time.time_ns(), {"gen_ai.operation.name": "chat"}
    odd, good = (
        span("chat", told, trace_id=DEEP_TRACE, span_id=bytes([n]) * 8, start_ns=now_ns - 5, end_ns=now_ns)
        for n in (1, 2)
    )
    deep = delimited(9, deep_attribute("gen_ai.request.model"))
    async with collecting(tmp_path) as talk:
        await send(talk, request_of(odd.SerializeToString() + deep, good.SerializeToString()))
        assert await talk.ledger() == {"received": 2, "stored": 2, "rejected": 0, "duplicate": 0}
        page = (await talk.get("/metrics")).text
        assert 'spanwise_collector_field_faults_total{field="gen_ai.request.model"} 1.0' in page
        trace = (await talk.get(f"/api/v1/traces/{DEEP_TRACE.hex()}")).json()
        assert len(trace["spans"]) == 2
        assert "nested too deep" in json.dumps(trace)


async def test_numbers_of_long_ago_are_kept_over_a_restart(tmp_path):
    long_ago_ns = time.time_ns() - 10 * 86_400 * 10**9
    body, truth = traffic(1, spans=300, now_ns=long_ago_ns)
    async with collecting(tmp_path) as talk:
        await talk.send(body)
        assert await talk.value("llm.calls", "count") is None
        assert await talk.value("llm.calls", "count", at=long_ago_ns / 1e9) == len(truth.llm)
        assert await talk.value("run.count", "count", at=long_ago_ns / 1e9) == len(truth.runs)
    async with collecting(tmp_path) as talk:
        await talk.send(traffic(2, spans=30, now_ns=long_ago_ns - 10**12)[0])
        assert await talk.value("llm.calls", "count", at=long_ago_ns / 1e9) == len(truth.llm)


async def test_prices_of_the_user_go_first(tmp_path):
    own = {"openai": {"gpt-4o": {"input_mtok": 1.0, "output_mtok": 2.0}}}
    usage = {"gen_ai.usage.input_tokens": 3, "gen_ai.usage.output_tokens": 4}
    call = {
        "gen_ai.operation.name": "chat",
        "gen_ai.provider.name": "openai",
        "gen_ai.request.model": "gpt-4o",
        **usage,
    }
    body = request([span("chat gpt-4o", end_ns=time.time_ns(), attributes=call)]).SerializeToString()
    async with collecting(tmp_path, prices=own) as talk:
        await talk.send(body)
        assert await talk.value("llm.cost", "sum") == 11e-6


async def test_an_address_that_is_taken_is_named(tmp_path):
    async with collecting(tmp_path / "one") as talk:
        taken = config(tmp_path / "two").model_copy(update={"http": talk.http.removeprefix("http://")})
        with pytest.raises(OSError, match=r"collector\.http: cannot listen on 127\.0\.0\.1:\d+"):
            async with App(taken, now_ns=time.time_ns):
                pass


async def test_one_folder_has_one_owner(tmp_path):
    async with collecting(tmp_path):
        with pytest.raises(Exception, match="another"):
            async with collecting(tmp_path):
                pass


async def test_a_run_that_fell_quiet_before_a_restart_is_counted_when_the_doors_open(tmp_path):
    now_ns = time.time_ns()
    attributes = {"gen_ai.operation.name": "invoke_agent", "gen_ai.agent.name": "a"}
    agent = span(attributes=attributes, parent_span_id=b"p" * 8, start_ns=now_ns - 10**9, end_ns=now_ns)
    async with App(config(tmp_path), now_ns=lambda: now_ns) as app, httpx.AsyncClient(timeout=30) as client:
        talk = Talk(app.addresses, client)
        await talk.send(request([agent]).SerializeToString())
        assert await talk.value("run.count", "count") is None
    now_ns += 100 * 10**9
    async with App(config(tmp_path), now_ns=lambda: now_ns) as app, httpx.AsyncClient(timeout=30) as client:
        assert await Talk(app.addresses, client).value("run.count", "count") == 1
