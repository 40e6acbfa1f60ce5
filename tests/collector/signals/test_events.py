import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from spanwise_collector.decode import decode
from spanwise_collector.normalise import WANTED, normalise
from spanwise_collector.signals.event_table import DETAILS, EVENTS
from spanwise_collector.signals.events import calls_of
from tests.support.otlp import NOW_NS
from tests.support.otlp_signals import claude_event, event, logs

API_REQUEST = {
    "model": "claude-sonnet-4-5",
    "cost_usd": 0.0125,
    "duration_ms": 1500,
    "input_tokens": 10,
    "output_tokens": 7,
    "cache_read_tokens": 40,
    "cache_creation_tokens": 5,
    "request_id": "req_1",
}
COMPLETED = {
    "event.kind": "response.completed",
    "event.timestamp": "2026-11-20T10:00:00.000Z",
    "conversation.id": "c-1",
    "model": "gpt-5-codex",
    "input_token_count": "1100",
    "output_token_count": "70",
    "cached_token_count": 1000,
    "reasoning_token_count": 30,
    "tool_token_count": "1170",
}
API_RESPONSE = {
    "session.id": "g-1",
    "prompt_id": "g-1########0",
    "model": "gemini-2.5-pro",
    "status_code": 200,
    "duration_ms": 2000,
    "input_token_count": 100,
    "output_token_count": 20,
    "cached_content_token_count": 60,
    "thoughts_token_count": 15,
    "tool_token_count": 4,
    "total_token_count": 139,
}
KEYS = (
    "duration_ms", "success", "status_code", "input_token_count", "tool_token_count", "session.id", "prompt.id",
    "model", "error.type", "event.kind", "event.timestamp", "event.name", "input_tokens", "conversation.id",
)  # fmt: skip
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**63 - 1) | st.floats() | st.text() | st.binary(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=5,
)


def calls(*records, resource=None, scope="acme.events"):
    told = calls_of(logs(records, resource, scope))
    return normalise(decode(told.request, WANTED).frame).frame.to_dicts()


def call(*records, **origin):
    (only,) = calls(*records, **origin)
    return only


def spans(*records, **origin):
    request = ExportTraceServiceRequest.FromString(calls_of(logs(records, **origin)).request)
    return [span for of in request.resource_spans for scope in of.scope_spans for span in scope.spans]


def assert_has(row, expected):
    assert {name: row[name] for name in expected} == expected


@pytest.mark.parametrize("service", ["claude-code", "my-own-name"])
def test_a_request_of_claude_code_is_a_call(service):
    row = call(claude_event("api_request", API_REQUEST), resource={"service.name": service})
    expected = {
        "category": "llm", "operation": "chat", "dialect": "claude_code", "signal": "event", "service": service,
        "provider": "anthropic", "model": "claude-sonnet-4-5", "conversation_id": "s-1", "response_id": "req_1",
        "input_tokens": 55, "output_tokens": 7, "cache_read_tokens": 40, "cache_write_tokens": 5,
        "duration_ns": 1_500_000_000, "end_ns": NOW_NS, "error_type": None, "reported_cost_pico_usd": 12_500_000_000,
    }  # fmt: skip
    assert_has(row, expected)


def test_an_error_of_claude_code_is_a_failed_call():
    failed = {
        "model": "claude-sonnet-4-5",
        "error": "Overloaded",
        "status_code": "529",
        "duration_ms": 20,
        "attempt": 2,
    }
    row = call(claude_event("api_error", failed))
    assert_has(row, {"category": "llm", "error_type": "529", "duration_ns": 20_000_000, "status_code": 2})


@pytest.mark.parametrize(("success", "error_type"), [("true", None), ("false", "error")])
def test_a_tool_of_claude_code_is_a_tool(success, error_type):
    row = call(claude_event("tool_result", {"tool_name": "Bash", "success": success, "duration_ms": "250"}))
    expected = {"category": "tool", "tool": "Bash", "error_type": error_type, "duration_ns": 250_000_000}
    assert_has(row, expected | {"dialect": "claude_code"})


def test_the_tokens_of_codex_come_with_the_end_of_its_stream_and_the_time_with_its_request():
    sent = {"conversation.id": "c-1", "duration_ms": "800", "model": "gpt-5-codex", "http.response.status_code": 200}
    usage, request = calls(event("codex.sse_event", COMPLETED), event("codex.api_request", sent))
    tokens = {"input_tokens": 1100, "output_tokens": 70, "cache_read_tokens": 1000, "reasoning_tokens": 30}
    assert_has(usage, {"category": "llm", "dialect": "codex", "conversation_id": "c-1", "duration_ns": None, **tokens})
    assert_has(request, {"category": "llm", "input_tokens": None, "duration_ns": 800_000_000, "error_type": None})


def test_an_event_of_a_stream_before_its_end_tells_no_call():
    told = calls_of(logs([event("codex.sse_event", {**COMPLETED, "event.kind": "response.output_text.delta"})]))
    assert (told.calls, told.unused) == (0, 1)


def test_a_failed_request_of_codex_is_a_failed_call():
    row = call(event("codex.api_request", {"duration_ms": 5, "http.response.status_code": 429, "attempt": 1}))
    assert row["error_type"] == "429"


def test_a_tool_of_codex_is_a_tool():
    told = {"tool_name": "shell", "call_id": "call_1", "success": "true", "duration_ms": "30", "conversation.id": "c-1"}
    expected = {"category": "tool", "tool": "shell", "tool_call_id": "call_1", "duration_ns": 30_000_000}
    assert_has(call(event("codex.tool_result", told)), expected)


def test_an_event_of_codex_that_is_told_twice_is_one_call():
    with_content = {**COMPLETED, "user.email": "a@b.example"}
    first, second = spans(
        event("codex.sse_event", COMPLETED), event("codex.sse_event", with_content, time_ns=NOW_NS + 9)
    )
    assert (first.trace_id, first.span_id) == (second.trace_id, second.span_id)
    assert spans(event("codex.sse_event", COMPLETED), scope="codex_otel.trace_safe") == []


def test_an_answer_of_gemini_cli_counts_thoughts_as_output_and_tools_as_input():
    row = call(event("", {"event.name": "gemini_cli.api_response", **API_RESPONSE}))
    expected = {
        "category": "llm", "dialect": "gemini_cli", "provider": "gcp.gemini", "conversation_id": "g-1",
        "input_tokens": 104, "output_tokens": 35, "cache_read_tokens": 60, "reasoning_tokens": 15,
        "duration_ns": 2_000_000_000, "error_type": None,
    }  # fmt: skip
    assert_has(row, expected)


def test_an_error_of_gemini_cli_is_a_failed_call():
    told = {"error_type": "QuotaError", "status_code": 429, "duration_ms": 7, "model": "gemini-2.5-pro"}
    assert_has(call(event("gemini_cli.api_error", told)), {"category": "llm", "error_type": "QuotaError"})


def test_the_event_of_the_conventions_lies_below_the_span_it_was_logged_in():
    told = {"gen_ai.operation.name": "chat", "gen_ai.provider.name": "openai", "gen_ai.request.model": "gpt-4o"}
    told |= {"gen_ai.usage.input_tokens": 5, "gen_ai.usage.output_tokens": 3}
    record = event("gen_ai.client.inference.operation.details", told, trace_id=b"\1" * 16, span_id=b"\2" * 8)
    row = call(record)
    assert_has(row, {"trace_id": b"\1" * 16, "parent_span_id": b"\2" * 8, "input_tokens": 5, "duration_ns": None})
    assert row["span_id"] != b"\2" * 8


@pytest.mark.parametrize("name", ["gen_ai.user.message", "app.started", ""])
def test_any_other_record_is_no_call(name):
    told = calls_of(logs([event(name, {"gen_ai.usage.input_tokens": 5}, body="hello")]))
    assert (told.request, told.calls, told.unused, told.rejected) == (b"", 0, 1, {})


@pytest.mark.parametrize("scope", ["gemini-cli", "openlit.instrumentation.openai"])
def test_details_that_repeat_what_the_same_emitter_tells_otherwise_are_no_call(scope):
    details = event(DETAILS, {"gen_ai.operation.name": "chat", "gen_ai.usage.input_tokens": 5})
    assert calls(details, scope=scope) == []
    assert len(calls(details)) == 1


def test_the_same_event_sent_again_is_the_same_span_and_another_one_is_not():
    first, again, other = spans(
        claude_event("api_request", {**API_REQUEST, "event.sequence": 1}),
        claude_event("api_request", {**API_REQUEST, "event.sequence": 1}),
        claude_event("api_request", {**API_REQUEST, "event.sequence": 2}),
    )
    assert first.span_id == again.span_id != other.span_id
    assert first.trace_id == other.trace_id  # one interaction is one trace


def test_when_it_was_observed_makes_no_other_event_of_it():
    first, again = (spans(event("codex.tool_result", {"tool_name": "x"}, observed_ns=NOW_NS + n))[0] for n in (1, 2))
    assert first.span_id == again.span_id


def test_the_time_of_observation_stands_in_for_no_time_and_without_both_it_is_refused():
    told = {"tool_name": "x"}
    (kept,) = spans(event("codex.tool_result", told, time_ns=0, observed_ns=NOW_NS))
    assert kept.end_time_unix_nano == NOW_NS
    records = [
        event("codex.tool_result", told, time_ns=0, observed_ns=0),
        event("codex.tool_result", told, time_ns=2**64 - 1),
    ]
    refused = calls_of(logs([*records, event("codex.tool_result", told)]))
    assert (refused.calls, refused.rejected) == (1, {"no time": 1, "time out of range": 1})


@pytest.mark.parametrize("duration", ["soon", -1, float("nan"), True, [1], 1e300, None])
def test_a_duration_that_is_none_is_null(duration):
    row = call(claude_event("api_request", {**API_REQUEST, "duration_ms": duration}))
    assert_has(row, {"duration_ns": None, "input_tokens": 55})


@settings(deadline=None)
@given(attributes=st.dictionaries(st.sampled_from(KEYS), VALUES), name=st.sampled_from(sorted(EVENTS)))
def test_no_value_breaks_an_event(name, attributes):
    told = calls_of(logs([event(name, attributes), claude_event("api_request", API_REQUEST)]))
    rows = normalise(decode(told.request, WANTED).frame).frame
    assert rows.height == told.calls >= 1
    assert rows["input_tokens"].to_list()[-1] == 55


@pytest.mark.parametrize("count", ["many", -5, float("inf"), {"a": 1}, b"x"])
def test_a_count_that_is_none_is_null_and_the_call_kept(count):
    row = call(claude_event("api_request", {**API_REQUEST, "output_tokens": count}))
    assert_has(row, {"category": "llm", "output_tokens": None, "model": "claude-sonnet-4-5"})
