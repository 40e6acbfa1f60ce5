"""Whatever is asked and answered, the span can be exported, and tells no count that was not told."""

import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from opentelemetry.exporter.otlp.proto.common.trace_encoder import encode_spans
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

import spanwise
from spanwise import exchange
from spanwise.apis import registry
from spanwise.apis.api import Answer
from tests.support import own_calls, wire
from tests.support.callers import BODY, CHAT, STREAM
from tests.support.protocols.shape import Call, Say

CALLS = [(CHAT, BODY, {}), (CHAT, STREAM, {}), *own_calls.PLAIN.values(), *own_calls.STREAMED.values()]
NUMBERS = (-1, 0, 2**31, 2**53 + 1, 2**63, 2**64 - 1, 2**64, 10**40, 1e400, -0.5, 1e300, True)
WORDS = ("\ud800", "\udfff\ud800", "\x00", "é漢🦜", "x" * 70_000, "")
TOKENS = ("input_tokens", "output_tokens", "cache_read_tokens", "cache_write_tokens", "reasoning_tokens")
DEPTH = 100_000


class Path:
    """The address of a request."""

    scheme, host, port = "http", "127.0.0.1", 1

    def __init__(self, path: str) -> None:
        self.path = path


@pytest.fixture(scope="module")
def exporter():
    made = InMemorySpanExporter()
    provider = TracerProvider(shutdown_on_exit=False)
    provider.add_span_processor(SimpleSpanProcessor(made))
    spanwise.instrument(tracer_provider=provider, raise_faults=True)
    yield made
    spanwise.uninstrument()
    provider.shutdown()


def places(document: object, at: tuple = ()) -> list[tuple]:
    members = (
        document.items() if isinstance(document, dict) else enumerate(document) if isinstance(document, list) else ()
    )
    return [at, *(place for key, inner in members for place in places(inner, (*at, key)))]


def put(document: object, at: tuple, value: object) -> object:
    if not at:
        return value
    copy = document.copy()
    copy[at[0]] = put(document[at[0]], at[1:], value)
    return copy


def spoilt(draw, document: dict) -> bytes:
    for _ in range(draw(st.integers(0, 3))):
        at = draw(st.sampled_from(places(document)[1:] or [()]))
        value = draw(st.sampled_from((*NUMBERS, *WORDS, None, [], {}, [[]], [{}])))
        document = put(document, at, value)
        if not isinstance(document, dict):
            break
    return json.dumps(document).encode()


@st.composite
def exchanges(draw) -> tuple[str, bytes, dict, list[bytes], str]:
    path, body, headers = draw(st.sampled_from(CALLS))
    full = {**body, "max_tokens": 5, "temperature": 0.5, "top_p": 1, "seed": 7, "n": 1}
    call = Call(path, "", {name.lower(): value for name, value in headers.items()}, json.dumps(body).encode())
    reply = wire.spoken(call, draw(st.sampled_from((Say(), Say(tool=("c", "lookup", '{"a":1}'))))))
    parts = [_spoilt_part(draw, part) for part in reply.parts]
    return path, spoilt(draw, full), headers, parts, reply.content_type


def _spoilt_part(draw, part: bytes) -> bytes:
    if part.startswith(b"{"):
        return spoilt(draw, json.loads(part))
    head, mark, data = part.partition(b"data: {")
    if mark:
        return head + b"data: " + spoilt(draw, json.loads(b"{" + data)) + b"\n\n"
    return part


@settings(deadline=None, max_examples=400, suppress_health_check=list(HealthCheck))
@given(case=exchanges())
def test_span_of_any_exchange_can_be_exported(exporter, case):
    path, body, headers, parts, content_type = case
    exporter.clear()
    call = exchange.begin("POST", Path(path), {name.lower(): value for name, value in headers.items()}, body)
    if call is None:  # what is no request of this API is somebody else's
        return
    watch, _ = call.watch(200, content_type, "", bytes)
    assert watch is not None
    seen = b"".join([*(watch.feed(part) for part in parts), watch.finish()])
    assert call.body is not None or seen == b"".join(parts)
    spans = exporter.get_finished_spans()
    told = encode_spans(spans).SerializeToString()
    assert told
    for span in spans:
        for name, value in span.attributes.items():
            assert "usage" not in name or value is True or (type(value) is int and 0 <= value < 2**63), name


@pytest.mark.parametrize("api", registry.APIS, ids=lambda api: type(api).__name__)
@pytest.mark.parametrize(
    "opening", [b"[", b'{"a":', b'{"messages":[{"content":', b'{"choices":[{"message":', b'{"output":']
)
def test_document_nested_beyond_reason_is_no_fault_of_a_reader(api, opening):
    bodies = (opening * DEPTH, opening * 900 + b"1", opening + b"[" * DEPTH + b"]" * DEPTH + b"}")
    for body in bodies:
        answer = Answer()
        api.read_request("/v1/messages", body)
        assert api.input_bytes(body) >= 0
        assert api.fold_body(body, answer) in {True, False}
        assert api.fold_event(body, answer) in {True, False}
        api.ask_for_usage(body)
        assert all(getattr(answer, name) is None for name in TOKENS)


@pytest.mark.parametrize("api", registry.APIS, ids=lambda api: type(api).__name__)
@settings(deadline=None, max_examples=60)
@given(data=st.binary(max_size=200))
def test_bytes_at_random_are_no_fault_of_a_reader_and_invent_nothing(api, data):
    answer = Answer()
    api.read_request("/v1/messages", data)
    api.input_bytes(data)
    api.ask_for_usage(data)
    api.fold_body(data, answer)
    api.fold_event(data, answer)
    assert all(getattr(answer, name) is None for name in TOKENS)
    assert not answer.tool_calls
