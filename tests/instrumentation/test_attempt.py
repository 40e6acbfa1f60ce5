import json

import pytest
from opentelemetry.context import Context

from spanwise.apis.api import Asked
from spanwise.apis.openai_chat import OpenAIChat
from spanwise.attempt import Attempt

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
