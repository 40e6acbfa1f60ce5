import json

import pytest
from opentelemetry.trace import StatusCode

from tests.instrumentation.test_exchange import begin

GENAI = {"gen_ai.operation.name": "chat"}
USAGE = {
    "prompt_tokens": 18,
    "completion_tokens": 9,
    "prompt_tokens_details": {"cached_tokens": 4},
    "completion_tokens_details": {"reasoning_tokens": 2},
}


def event(**chunk) -> bytes:
    return b"data: " + json.dumps({"id": "c", "model": "m", **chunk}).encode() + b"\n\n"


STREAM = (
    event(choices=[{"index": 0, "delta": {"content": "east"}, "finish_reason": "stop"}]),
    event(choices=[], usage=USAGE),
    b"data: [DONE]\n\n",
)


def read(call, pieces=STREAM) -> bytes:
    watch, _ = call.watch(200, "text/event-stream", "", bytes)
    return b"".join([*(watch.feed(piece) for piece in pieces), watch.finish()])


def test_usage_is_told_on_the_span_of_the_other_and_hidden_from_the_caller(spans):
    with spans.provider.get_tracer("theirs").start_as_current_span("call", attributes=GENAI):
        seen = read(begin())
    assert b"usage" not in seen
    (span,) = spans.all()
    assert span.name == "call"
    assert {name: value for name, value in span.attributes.items() if "usage" in name} == {
        "gen_ai.usage.input_tokens": 18,
        "gen_ai.usage.output_tokens": 9,
        "gen_ai.usage.cache_read.input_tokens": 4,
        "gen_ai.usage.reasoning.output_tokens": 2,
    }


@pytest.mark.parametrize("held", [True, False])
def test_span_of_openinference_is_told_in_its_own_words(spans, held):
    kind = {"openinference.span.kind": "LLM"}
    with spans.provider.get_tracer("theirs").start_as_current_span("call", attributes={} if held else kind) as theirs:
        theirs._self_important_attributes = kind if held else {}
        read(begin())
    told = spans.all()[0].attributes
    assert (told["llm.token_count.prompt"], told["llm.token_count.completion"]) == (18, 9)
    assert told["llm.token_count.prompt_details.cache_read"] == 4
    assert not any("gen_ai.usage" in name for name in told)


def test_what_the_other_knows_already_stands(spans):
    known = {**GENAI, "gen_ai.usage.input_tokens": 17}
    with spans.provider.get_tracer("theirs").start_as_current_span("call", attributes=known):
        read(begin())
    told = spans.all()[0].attributes
    assert (told["gen_ai.usage.input_tokens"], told["gen_ai.usage.output_tokens"]) == (17, 9)


def test_stream_left_early_tells_no_guess_on_the_span_of_the_other(spans):
    with spans.provider.get_tracer("theirs").start_as_current_span("call", attributes=GENAI):
        call = begin()
        watch, _ = call.watch(200, "text/event-stream", "", bytes)
        watch.feed(STREAM[0])
        watch.leave()
    assert not any("usage" in name for name in spans.all()[0].attributes)


def test_stream_that_outlives_the_span_of_the_other_is_told_by_ours(spans):
    with spans.provider.get_tracer("theirs").start_as_current_span("call", attributes=GENAI):
        call = begin()
    read(call)
    theirs, ours = spans.all()
    assert (ours.name, ours.start_time) == ("chat m", theirs.start_time)
    assert ours.attributes["gen_ai.usage.input_tokens"] == 18
    assert ours.parent.span_id == theirs.context.span_id


def test_fault_of_such_a_stream_is_an_error(spans):
    with spans.provider.get_tracer("theirs").start_as_current_span("call", attributes=GENAI):
        call = begin()
    watch, _ = call.watch(200, "text/event-stream", "", bytes)
    watch.feed(STREAM[0])
    watch.fail(ConnectionResetError())
    _, ours = spans.all()
    assert ours.status.status_code is StatusCode.ERROR
    assert ours.attributes["error.type"] == "ConnectionResetError"


def test_attempt_beside_another_ends_once(spans):
    with spans.provider.get_tracer("theirs").start_as_current_span("call", attributes=GENAI):
        call = begin()
    call.attempt.end()
    call.attempt.end()
    assert len(spans.all()) == 2
