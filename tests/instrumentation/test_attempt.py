import json

import pytest
from opentelemetry.context import Context
from opentelemetry.trace import StatusCode

import spanwise
from spanwise.apis.api import Asked
from spanwise.apis.openai_chat import OpenAIChat
from spanwise.attempt import Attempt
from spanwise.later import LATER, MOST

API = OpenAIChat()
BODY = json.dumps({"messages": [{"role": "user", "content": "12345678"}]}).encode()


@pytest.fixture
def attempt(spans):
    del spans
    return Attempt(API, Asked("m", stream=True), BODY, {}, Context())


def event(attempt, **chunk) -> None:
    attempt.fold_event(json.dumps(chunk).encode())


def test_attempt_ends_once_whoever_comes_first(attempt, spans):
    attempt.end("429")
    attempt.end()
    attempt.end_of_stream()
    assert spans.one().attributes["error.type"] == "429"


def test_stream_reported_in_part_keeps_the_larger_count_and_is_marked(attempt, spans):
    attempt.begin_stream()
    usage = {"prompt_tokens": 5, "completion_tokens": 40}
    event(attempt, choices=[{"delta": {"content": "a" * 40}}], usage=usage)
    attempt.end()
    attributes = spans.one().attributes
    assert attributes["gen_ai.usage.input_tokens"] == 5
    assert attributes["gen_ai.usage.output_tokens"] == 40
    assert attributes["spanwise.usage.estimated"] is True


def test_first_chunk_time_is_that_of_the_first_content(attempt, spans):
    attempt.begin_stream()
    event(attempt, choices=[{"delta": {"role": "assistant", "content": ""}}])
    assert attempt._first_chunk_ns is None
    event(attempt, choices=[{"delta": {"content": "a"}}])
    first = attempt._first_chunk_ns
    event(attempt, choices=[{"delta": {"content": "b"}}])
    assert attempt._first_chunk_ns == first
    attempt.end()
    assert spans.one().attributes["gen_ai.response.time_to_first_chunk"] == (first - attempt._started_ns) / 1e9


def test_end_of_the_answer_ends_the_span_while_the_caller_still_holds_the_response(attempt, spans):
    attempt.begin_stream()
    attempt.fold_event(b"[DONE]")
    assert spans.one()


def test_call_without_an_answer_has_no_tokens(attempt, spans):
    attempt.end("ConnectError")
    assert not [key for key in spans.one().attributes if "usage" in key]


def test_stream_asked_for_by_the_path_is_told_as_one(spans):
    attempt = Attempt(API, Asked("m"), BODY, {}, Context())
    attempt.begin_stream()
    attempt.end_of_stream()
    assert spans.one().attributes["gen_ai.request.stream"] is True


ANSWER = {
    "id": "chatcmpl-1",
    "model": "m-1",
    "choices": [{"index": 0, "finish_reason": "stop", "message": {"role": "assistant", "content": "a"}}],
    "usage": {"prompt_tokens": 5, "completion_tokens": 1},
}
CALL = {"id": "call_1", "type": "function", "function": {"name": "f", "arguments": "{}"}}


def answered(body: object) -> Attempt:
    attempt = Attempt(API, Asked("m"), BODY, {}, Context())
    attempt.fold_body(body if isinstance(body, bytes) else json.dumps(body).encode())
    return attempt


def test_answer_is_read_only_when_somebody_looks_at_its_span(spans):
    attempt = answered(ANSWER)
    span = spans.one()
    assert (attempt.ended, attempt.answer.model, len(LATER)) == (True, None, 1)
    assert span.attributes["gen_ai.response.model"] == attempt.answer.model == "m-1"
    assert span.attributes["gen_ai.usage.input_tokens"] == 5
    assert span.status.status_code is StatusCode.UNSET


def test_answer_is_read_when_enough_are_waiting_though_nobody_looks(spans):
    attempts = [answered(ANSWER) for _ in range(MOST)]
    assert len(LATER) == 0
    assert {attempt.answer.model for attempt in attempts} == {"m-1"}
    assert {span.attributes["gen_ai.response.id"] for span in spans.all()} == {"chatcmpl-1"}


def test_answer_that_calls_a_tool_is_read_at_once(spans):
    choice = {**ANSWER["choices"][0], "message": {"role": "assistant", "tool_calls": [CALL]}}
    attempt = answered({**ANSWER, "choices": [choice]})
    assert [call.name for call in attempt.answer.tool_calls.values()] == ["f"]
    assert spans.one()


@pytest.mark.parametrize("body", [b"<html>", b'{"choices": [', b'{"error": {"code": "bad"}}'])
def test_what_does_not_look_like_an_answer_is_read_at_once_and_is_an_error(spans, body):
    attempt = answered(body)
    assert attempt.answer.error_type or spans.one().attributes["error.type"] == "invalid_response"
    assert spans.one().status.status_code is StatusCode.ERROR


def test_answer_that_turns_out_to_be_none_is_an_error_as_soon_as_somebody_looks(spans):
    answered(b'{"choices": 7}')
    span = spans.one()
    assert span.status.status_code is StatusCode.ERROR
    assert span.attributes["error.type"] == "invalid_response"


def test_what_waits_at_the_end_of_tracing_is_told(spans):
    attempt = answered(ANSWER)
    spanwise.uninstrument()
    assert (attempt.answer.model, len(LATER), len(spans.all())) == ("m-1", 0, 1)
