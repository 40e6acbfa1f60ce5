"""The calls that Grafana's Jaeger data source makes, as it writes them, and what it needs of the answers.

Written from the source of the plugin, not recorded from a Grafana: its types are the structs below, and decoding is as
strict as Go's (a number with a fraction is no int).
"""

import json
import time

import httpx
import msgspec
import pytest

from tests.support.collector import collecting
from tests.support.otlp import request, span

TRACE, ROOT, CALL = b"\xab" * 16, b"r" * 8, b"c" * 8
SECOND = 10**9
AGENT = {"gen_ai.operation.name": "invoke_agent", "gen_ai.agent.name": "researcher"}
CHAT = {
    "gen_ai.operation.name": "chat",
    "gen_ai.provider.name": "openai",
    "gen_ai.request.model": "gpt-4o",
    "gen_ai.usage.input_tokens": 1000,
    "gen_ai.usage.output_tokens": 100,
    "retried": True,
    "temperature": 0.5,
    "stops": ["a", "b"],
}


NAMES = {
    "ref_type": "refType",
    "trace_id": "traceID",
    "span_id": "spanID",
    "process_id": "processID",
    "operation": "operationName",
    "start_us": "startTime",
    "service": "serviceName",
    "calls": "callCount",
    "duration_us": "duration",
}
"""How Jaeger spells the fields below."""


class KeyValue(msgspec.Struct, rename=NAMES):
    key: str
    value: str | bool | int | float
    type: str = ""


class Log(msgspec.Struct, rename=NAMES):
    timestamp: int
    fields: list[KeyValue]


class Reference(msgspec.Struct, rename=NAMES):
    ref_type: str
    trace_id: str
    span_id: str


class Span(msgspec.Struct, rename=NAMES):
    trace_id: str
    span_id: str
    process_id: str
    operation: str
    start_us: int
    duration_us: int
    flags: int
    references: list[Reference]
    tags: list[KeyValue]
    logs: list[Log]
    warnings: list[str] | None


class Process(msgspec.Struct, rename=NAMES):
    service: str
    tags: list[KeyValue]


class Trace(msgspec.Struct, rename=NAMES):
    trace_id: str
    spans: list[Span]
    processes: dict[str, Process]
    warnings: list[str] | None


class Dependency(msgspec.Struct, rename=NAMES):
    parent: str
    child: str
    calls: int


class Fault(msgspec.Struct, rename=NAMES):
    code: int
    msg: str


def answer_of(data):
    return msgspec.defstruct("Answer", [("data", data), ("errors", list[Fault] | None)])


async def grafana(talk, path, data):
    """Ask as the plugin does: the path as it is written, 200 or it is a fault."""
    answer = await talk.client.get(httpx.URL(f"{talk.http}{path}"), headers={"accept-encoding": "gzip, deflate, br"})
    assert answer.status_code == 200, answer.text
    return msgspec.json.decode(answer.content, type=answer_of(data)).data


@pytest.fixture(scope="module")
def now_ns():
    return time.time_ns() // SECOND * SECOND


async def sent(talk, now_ns):
    """Send one run of a service whose name has a slash: an agent that calls a model of another service, in vain."""
    root = span(
        "invoke_agent researcher", AGENT, trace_id=TRACE, span_id=ROOT, kind=1,
        start_ns=now_ns - 3 * SECOND, end_ns=now_ns,
    )  # fmt: skip
    call = span(
        "chat gpt-4o", CHAT, trace_id=TRACE, span_id=CALL, parent_span_id=ROOT, start_ns=now_ns - 2 * SECOND,
        end_ns=now_ns - SECOND, status_code=2, status_message="it failed", exception_type="TimeoutError",
    )  # fmt: skip
    call.flags = 1
    await talk.send(request([root], {"service.name": "team/agent", "host.name": "h1"}).SerializeToString())
    await talk.send(request([call], {"service.name": "gateway"}).SerializeToString())


async def test_the_health_check_is_the_list_of_services(tmp_path, now_ns):
    async with collecting(tmp_path) as talk:
        assert await grafana(talk, "/api/services", list[str]) == []
        await sent(talk, now_ns)
        assert await grafana(talk, "/api/services", list[str]) == ["gateway", "team/agent"]


async def test_operations_are_asked_with_the_name_as_it_is(tmp_path, now_ns):
    async with collecting(tmp_path) as talk:
        await sent(talk, now_ns)
        path = "/api/services/team/agent/operations"
        assert await grafana(talk, path, list[str]) == ["invoke_agent researcher"]


SEARCHES = {
    "service": "service=team%2Fagent",
    "all": "service=gateway&operation=chat+gpt-4o&tags=%7B%22error%22%3A%22true%22%7D"
    "&minDuration=100ms&maxDuration=1.5s",
    "tags": "service=gateway&tags=%7B%22gen_ai.usage.input_tokens%22%3A%221000%22%2C%22retried%22%3A%22true%22%7D",
    "no service": "limit=20",
}
MISSES = {
    "service": "service=nobody",
    "operation": "service=team%2Fagent&operation=chat+gpt-4o",
    "tag": "service=gateway&tags=%7B%22error%22%3A%22false%22%7D",
    "too short": "service=gateway&minDuration=1.1s",
    "too long": "service=gateway&maxDuration=900ms",
}


def between(now_ns, ended_ns=0):
    return f"start={(now_ns - 3_600 * SECOND - ended_ns) // 1_000}&end={(now_ns - ended_ns) // 1_000}"


@pytest.mark.parametrize("query", SEARCHES.values(), ids=SEARCHES)
async def test_a_search_lists_whole_traces(tmp_path, now_ns, query):
    async with collecting(tmp_path) as talk:
        await sent(talk, now_ns)
        (trace,) = await grafana(talk, f"/api/traces?{query}&{between(now_ns)}", list[Trace])
        assert trace.trace_id == TRACE.hex()
        assert len(trace.spans) == 2
        assert await grafana(talk, f"/api/traces?{query}&{between(now_ns, 10 * SECOND)}", list[Trace]) == []


@pytest.mark.parametrize("query", MISSES.values(), ids=MISSES)
async def test_a_search_without_a_hit_is_an_empty_list(tmp_path, now_ns, query):
    async with collecting(tmp_path) as talk:
        await sent(talk, now_ns)
        assert await grafana(talk, f"/api/traces?{query}&{between(now_ns)}", list[Trace]) == []


async def test_the_row_of_a_trace_is_its_earliest_span(tmp_path, now_ns):
    async with collecting(tmp_path) as talk:
        await sent(talk, now_ns)
        (trace,) = await grafana(talk, "/api/traces?service=gateway", list[Trace])
        first = min(trace.spans, key=lambda each: each.start_us)
        assert (trace.processes[first.process_id].service, first.operation) == (
            "team/agent",
            "invoke_agent researcher",
        )


async def test_a_trace_is_told_to_the_letter(tmp_path, now_ns):
    now_us = now_ns // 1_000
    async with collecting(tmp_path) as talk:
        await sent(talk, now_ns)
        (trace,) = await grafana(
            talk, f"/api/traces/{TRACE.hex()}?start={now_us // 1_000}&end={now_us // 1_000}", list[Trace]
        )
    root, call = trace.spans
    assert (root.trace_id, root.span_id, root.flags, root.references) == (TRACE.hex(), ROOT.hex(), 0, [])
    assert (root.start_us, root.duration_us) == (now_us - 3_000_000, 3_000_000)
    assert (call.start_us, call.duration_us, call.flags) == (now_us - 2_000_000, 1_000_000, 1)
    assert call.references == [Reference("CHILD_OF", TRACE.hex(), ROOT.hex())]
    assert call.logs == [
        Log(
            now_us - 1_000_000,
            [
                KeyValue("event", "exception", "string"),
                KeyValue("exception.type", "TimeoutError", "string"),
                KeyValue("exception.message", "it failed", "string"),
            ],
        )
    ]
    assert trace.processes == {
        root.process_id: Process("team/agent", [KeyValue("host.name", "h1", "string")]),
        call.process_id: Process("gateway", []),
    }
    told = {tag.key: (tag.type, tag.value) for tag in call.tags}
    assert {
        key: told[key] for key in (*CHAT, "error", "span.kind", "otel.status_description", "spanwise.cost_usd")
    } == {
        "gen_ai.operation.name": ("string", "chat"),
        "gen_ai.provider.name": ("string", "openai"),
        "gen_ai.request.model": ("string", "gpt-4o"),
        "gen_ai.usage.input_tokens": ("int64", 1000),
        "gen_ai.usage.output_tokens": ("int64", 100),
        "retried": ("bool", True),
        "temperature": ("float64", 0.5),
        "stops": ("string", '["a", "b"]'),
        "error": ("bool", True),
        "span.kind": ("string", "client"),
        "otel.status_description": ("string", "it failed"),
        "spanwise.cost_usd": ("float64", 0.0035),
    }


async def test_the_service_map_is_asked_in_milliseconds(tmp_path, now_ns):
    now_ms = now_ns // 10**6
    async with collecting(tmp_path) as talk:
        await sent(talk, now_ns)
        edges = await grafana(talk, f"/api/dependencies?endTs={now_ms}&lookback=3600000", list[Dependency])
        assert edges == [Dependency("team/agent", "gateway", 1)]


@pytest.mark.parametrize(
    ("path", "fault"),
    [
        ("/api/traces/" + "0" * 31 + "1", Fault(404, "trace not found")),
        (
            "/api/traces?service=x&minDuration=soon",
            Fault(400, """minDuration: expected a duration such as "100ms", "1.5s" or "1m30s", got 'soon'"""),
        ),
    ],
)
async def test_a_fault_is_in_jaegers_shape(tmp_path, path, fault):
    async with collecting(tmp_path) as talk:
        answer = await talk.client.get(f"{talk.http}{path}")
        assert answer.status_code == fault.code
        told = {"code": fault.code, "msg": fault.msg}
        assert json.loads(answer.text) == {"data": None, "total": 0, "limit": 0, "offset": 0, "errors": [told]}
