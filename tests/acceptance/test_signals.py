"""Agents that report by logs and metrics, through the SDK's own exporters and as the coding agents send them."""

import asyncio
import itertools
import time

import grpc
import pytest
from opentelemetry._logs import LogRecord
from opentelemetry.exporter.otlp.proto.grpc._log_exporter import OTLPLogExporter as GrpcLogs
from opentelemetry.exporter.otlp.proto.grpc.metric_exporter import OTLPMetricExporter as GrpcMetrics
from opentelemetry.exporter.otlp.proto.http import Compression
from opentelemetry.exporter.otlp.proto.http._log_exporter import OTLPLogExporter as HttpLogs
from opentelemetry.exporter.otlp.proto.http.metric_exporter import OTLPMetricExporter as HttpMetrics
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.metrics import Observation
from opentelemetry.sdk._logs import LoggerProvider
from opentelemetry.sdk._logs.export import BatchLogRecordProcessor
from opentelemetry.sdk.metrics import Counter, Histogram, MeterProvider
from opentelemetry.sdk.metrics.export import AggregationTemporality, PeriodicExportingMetricReader
from opentelemetry.sdk.metrics.view import ExponentialBucketHistogramAggregation, View
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from prometheus_client.openmetrics.parser import text_string_to_metric_families as parse_openmetrics
from prometheus_client.parser import text_string_to_metric_families as parse_text

from tests.support.collector import PROTOBUF, collecting
from tests.support.otlp import request, span
from tests.support.otlp_signals import claude_event, counter, event, gauge, logs, metrics, number

RESOURCE = Resource({"service.name": "agent", "service.instance.id": "i-1"})
DETAILS = "gen_ai.client.inference.operation.details"
CALL = {
    "gen_ai.operation.name": "chat",
    "gen_ai.provider.name": "openai",
    "gen_ai.request.model": "gpt-4o",
    "gen_ai.usage.input_tokens": 100,
    "gen_ai.usage.output_tokens": 20,
}


def logs_to(talk, transport, compression):
    if transport == "http":
        return HttpLogs(endpoint=talk.otlp.replace("traces", "logs"), compression=Compression(compression))
    return GrpcLogs(endpoint=talk.grpc, insecure=True, compression=GRPC[compression])


def metrics_to(talk, transport, compression, **options):
    if transport == "http":
        address = talk.otlp.replace("traces", "metrics")
        return HttpMetrics(endpoint=address, compression=Compression(compression), **options)
    return GrpcMetrics(endpoint=talk.grpc, insecure=True, compression=GRPC[compression], **options)


GRPC = {"none": grpc.Compression.NoCompression, "gzip": grpc.Compression.Gzip, "deflate": grpc.Compression.Deflate}
WAYS = [("http", "none"), ("http", "gzip"), ("http", "deflate"), ("grpc", "none"), ("grpc", "gzip")]


async def sums(talk):
    calls, tokens = await talk.value("llm.calls", "count"), await talk.value("llm.tokens.input", "sum")
    return calls, tokens, await talk.value("llm.tokens.output", "sum")


async def post(talk, made, signal):
    address = talk.otlp.replace("traces", signal)
    answer = await talk.client.post(address, content=made.SerializeToString(), headers=PROTOBUF)
    assert answer.status_code == 200, answer.content
    return answer.content


async def families(talk, parse=parse_text, accept="text/plain"):
    answer = await talk.client.get(f"{talk.http}/metrics", headers={"accept": accept})
    assert answer.status_code == 200, answer.text
    return {family.name: family for family in parse(answer.text)}


@pytest.mark.parametrize(("transport", "compression"), WAYS)
@pytest.mark.parametrize("first", ["spans", "events"])
async def test_a_call_that_a_span_and_its_event_tell_is_counted_once(tmp_path, transport, compression, first):
    def tell(talk):
        tracers, loggers = TracerProvider(resource=RESOURCE), LoggerProvider(resource=RESOURCE)
        tracers.add_span_processor(BatchSpanProcessor(OTLPSpanExporter(endpoint=talk.otlp)))
        loggers.add_log_record_processor(BatchLogRecordProcessor(logs_to(talk, transport, compression)))
        for _ in range(3):
            with tracers.get_tracer("acme").start_as_current_span("chat gpt-4o", attributes=CALL):
                record = LogRecord(event_name=DETAILS, timestamp=time.time_ns(), attributes=CALL)
                loggers.get_logger("acme").emit(record)
        loggers.get_logger("app").emit(LogRecord(timestamp=time.time_ns(), body="hello"))
        for provider in (tracers, loggers) if first == "spans" else (loggers, tracers):
            provider.shutdown()

    async with collecting(tmp_path) as talk:
        await asyncio.to_thread(tell, talk)
        assert await sums(talk) == (3, 300, 60)
        assert (await talk.value("llm.cost", "sum")) == pytest.approx(3 * (100 * 2.5 + 20 * 10) / 1e6)
        assert (await talk.ledger())["stored"] == 6
        records = (await families(talk))["spanwise_collector_log_records"].samples
        assert {sample.labels["outcome"]: sample.value for sample in records} == {"call": 3, "unused": 1, "rejected": 0}


async def test_a_call_that_only_an_event_tells_has_its_tokens(tmp_path):
    async with collecting(tmp_path) as talk:
        await post(talk, logs([event(DETAILS, CALL, time_ns=time.time_ns())]), "logs")
        assert await talk.value("llm.tokens.input", "sum") == 100


@pytest.mark.parametrize(("transport", "compression"), WAYS)
@pytest.mark.parametrize("temporality", [AggregationTemporality.CUMULATIVE, AggregationTemporality.DELTA])
async def test_the_metrics_of_an_agent_are_passed_on(tmp_path, transport, compression, temporality):
    def tell(talk):
        preferred = {Counter: temporality, Histogram: temporality}
        exporter = metrics_to(talk, transport, compression, preferred_temporality=preferred)
        reader = PeriodicExportingMetricReader(exporter, export_interval_millis=3_600_000)
        view = View(instrument_name="big", aggregation=ExponentialBucketHistogramAggregation())
        provider = MeterProvider([reader], RESOURCE, views=[view])
        meter = provider.get_meter("acme", "1.0")
        meter.create_observable_gauge("gpu.load", [lambda _: [Observation(0.25, {"gpu": "0"})]], unit="1")
        busy, wait = meter.create_counter("process.cpu.time", "s"), meter.create_histogram("wait", "ms")
        big, queue = meter.create_histogram("big"), meter.create_up_down_counter("queue.size")
        for _ in range(2):
            busy.add(1.5, {"cpu.mode": "user"})
            wait.record(7)
            big.record(3)
            queue.add(2)
            provider.force_flush()
        queue.add(-3)
        provider.shutdown()

    async with collecting(tmp_path) as talk:
        await asyncio.to_thread(tell, talk)
        shown = {
            s.name: s for f in (await families(talk)).values() for s in f.samples if s.labels.get("job") == "agent"
        }
        origin = {"job": "agent", "instance": "i-1", "service_name": "agent"}
        origin |= {"otel_scope_name": "acme", "otel_scope_version": "1.0"}
        assert shown["process_cpu_time_seconds_total"].labels == {**origin, "cpu_mode": "user"}
        expected = {
            "process_cpu_time_seconds_total": 3.0, "gpu_load_ratio": 0.25, "queue_size": 1.0,
            "wait_milliseconds_count": 2.0, "wait_milliseconds_sum": 14.0, "wait_milliseconds_bucket": 2.0,
            "big_count": 2.0, "big_sum": 6.0, "big_bucket": 2.0,
        }  # fmt: skip
        assert {name: shown[name].value for name in expected} == expected
        strict = await families(talk, parse_openmetrics, "application/openmetrics-text; version=1.0.0")
        assert strict["wait_milliseconds"].type == "histogram"


def claude(now_ns):
    """One session of two requests and a tool, as its events, its spans and its metrics tell it."""
    told = {"model": "claude-sonnet-4-5", "input_tokens": 10, "output_tokens": 7, "cache_read_tokens": 40}
    told |= {"cache_creation_tokens": 5, "duration_ms": 1500, "session.id": "s-1"}
    tool = claude_event("tool_result", {"tool_name": "Bash", "success": "true", "duration_ms": 20}, time_ns=now_ns)
    requests = [
        claude_event("api_request", {**told, "request_id": f"req_0123456789abcde{n}"}, time_ns=now_ns + n)
        for n in (0, 1)
    ]
    llm = {**told, "span.type": "claude_code.llm_request", "gen_ai.system": "anthropic"}
    spans = [
        span(
            "claude_code.llm_request",
            {**llm, "request_id": f"req_0123456789abcde{n}"},
            span_id=bytes(7) + bytes([n + 1]), start_ns=now_ns - (n + 2) * 10**9, end_ns=now_ns - (n + 1) * 10**9,
        )
        for n in (0, 1)
    ]  # fmt: skip
    kinds = {"input": 20, "output": 14, "cacheRead": 80, "cacheCreation": 10}
    session = {"session.id": "s-1", "model": told["model"]}
    points = [number(value, {**session, "type": kind}, time_ns=now_ns) for kind, value in kinds.items()]
    resource = {"service.name": "claude-code"}
    return {
        "logs": logs([*requests, tool, claude_event("user_prompt", {"prompt_length": 3}, time_ns=now_ns)], resource),
        "traces": request(spans, resource, "com.anthropic.claude_code.tracing"),
        "metrics": metrics([counter("claude_code.token.usage", points, "tokens")], resource),
    }


@pytest.mark.parametrize(
    "signals", [s for n in (1, 2, 3) for s in itertools.permutations(("logs", "traces", "metrics"), n)]
)
async def test_a_session_of_claude_code_is_counted_once_however_it_is_told(tmp_path, signals):
    made = claude(time.time_ns())
    async with collecting(tmp_path) as talk:
        for signal in (*signals, *signals):  # all of it is sent twice
            await post(talk, made[signal], signal)
        calls, sent, answered = await sums(talk)
        assert (sent, answered) == (110, 14)
        assert calls == (None if signals == ("metrics",) else 2)
        assert await talk.value("llm.tokens.cache_read", "sum") == 80
        assert await talk.value("tool.calls", "count") == (1 if "logs" in signals else None)


async def test_a_session_of_codex_has_its_calls_and_its_tokens(tmp_path):
    now_ns, told = time.time_ns(), {"conversation.id": "c-1", "model": "gpt-5-codex"}
    sent = {**told, "duration_ms": "800", "http.response.status_code": 200}
    used = {"event.kind": "response.completed", "input_token_count": "1100", "output_token_count": "70"}
    used |= {"cached_token_count": 1000, "reasoning_token_count": 30, "tool_token_count": "1170", **told}
    tool = {**told, "tool_name": "shell", "success": "false", "duration_ms": "5", "call_id": "call_1"}
    records = []
    for n in range(3):
        at = {"time_ns": now_ns + n * 10**6}
        stamp = {"event.timestamp": f"2026-11-20T10:00:0{n}.000Z"}
        records += [
            event("codex.api_request", {**sent, **stamp}, **at),
            event("codex.sse_event", {**used, **stamp}, **at),
        ]
        records += [event("codex.tool_result", {**tool, **stamp}, **at)]
    async with collecting(tmp_path) as talk:
        await post(talk, logs(records, {"service.name": "codex_cli_rs"}, "codex_otel.log_only"), "logs")
        await post(talk, logs(records, {"service.name": "codex_cli_rs"}, "codex_otel.trace_safe"), "logs")
        assert await sums(talk) == (3, 3300, 210)
        assert await talk.value("llm.errors", "count") in (0, None)
        assert await talk.value("tool.errors", "count") == 3
        unpriced = (await families(talk))["spanwise_llm_unpriced_calls"].samples
        assert sum(sample.value for sample in unpriced) == 0


async def test_a_session_of_gemini_cli_has_thoughts_and_tools_in_its_tokens(tmp_path):
    told = {"session.id": "g-1", "prompt_id": "p", "model": "gemini-2.5-pro", "status_code": 200, "duration_ms": 2000}
    told |= {"input_token_count": 100, "output_token_count": 20, "cached_content_token_count": 60}
    told |= {"thoughts_token_count": 15, "tool_token_count": 4, "total_token_count": 139}
    now_ns = time.time_ns()
    records = [event("", {"event.name": "gemini_cli.api_response", **told}, time_ns=now_ns + n) for n in range(4)]
    failed = {"session.id": "g-1", "model": "gemini-2.5-pro", "error_type": "QuotaError", "duration_ms": 3}
    records.append(event("", {"event.name": "gemini_cli.api_error", **failed}, time_ns=now_ns))
    async with collecting(tmp_path) as talk:
        await post(talk, logs(records, {"service.name": "gemini-cli"}), "logs")
        assert await sums(talk) == (5, 416, 140)
        assert await talk.value("llm.errors", "count") == 1


async def test_the_good_half_of_a_request_is_kept_and_the_other_told(tmp_path):
    late = event("codex.tool_result", {"tool_name": "x"}, time_ns=0, observed_ns=0)
    async with collecting(tmp_path) as talk:
        answer = await post(
            talk, logs([late, event("codex.tool_result", {"duration_ms": 5}, time_ns=time.time_ns())]), "logs"
        )
        assert b"1 log records refused: no time" in answer
        answer = await post(talk, metrics([gauge("a", [number(None), number(2.5)])]), "metrics")
        assert b"1 data points refused: no value" in answer
        assert (await families(talk))["a"].samples[0].value == 2.5
        assert await talk.value("tool.calls", "count") == 1


async def test_a_restart_goes_on_with_what_was_passed_on_and_who_told_first(tmp_path):
    made, now_ns = claude(time.time_ns()), time.time_ns()
    added = metrics([counter("x", [number(2, start_ns=now_ns - 9, time_ns=now_ns)])])
    async with collecting(tmp_path) as talk:
        await post(talk, made["logs"], "logs")
        await post(talk, added, "metrics")
    async with collecting(tmp_path) as talk:
        await post(talk, made["metrics"], "metrics")
        await post(talk, made["traces"], "traces")
        await post(talk, added, "metrics")
        assert await sums(talk) == (2, 110, 14)
        assert (await families(talk))["x"].samples[0].value == 2
