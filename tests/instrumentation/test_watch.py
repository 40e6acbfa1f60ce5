import gzip
import zlib

import pytest
from opentelemetry.context import Context

from spanwise import watch
from spanwise.apis.api import Asked
from spanwise.apis.openai_chat import OpenAIChat
from spanwise.attempt import Attempt
from spanwise.framings.aws_event_stream import Messages
from spanwise.framings.sse import Events
from spanwise.watch import BodyWatch, LateWatch, StreamWatch, read
from tests.support.provider import events

STREAM = b"".join(events(usage=True))
HIDDEN = b"".join(event for event in events(usage=True) if b'"choices": []' not in event)


@pytest.fixture
def attempt(spans):
    del spans
    return Attempt(OpenAIChat(), Asked("m", stream=True), b"{}", {}, Context())


def through(watched, data: bytes, size: int) -> bytes:
    parts = [watched.feed(data[at : at + size]) for at in range(0, len(data), size)]
    return b"".join(parts) + watched.finish()


@pytest.mark.parametrize("size", [1, 2, 3, 50, 10_000])
@pytest.mark.parametrize(("hide", "expected"), [(True, HIDDEN), (False, STREAM)])
def test_every_cut_gives_the_caller_the_same_bytes_and_the_span_the_same_usage(attempt, spans, size, hide, expected):
    assert through(StreamWatch(attempt, Events(), hide=hide), STREAM, size) == expected
    assert spans.one().attributes["gen_ai.usage.output_tokens"] == 7


@pytest.mark.parametrize("compress", [gzip.compress, zlib.compress])
def test_compressed_stream_passes_as_it_is_and_is_read_beside(attempt, spans, compress):
    raw = compress(STREAM)
    assert through(StreamWatch(attempt, Events(), hide=False, decode=bytes), raw, 30) == raw
    assert spans.one().attributes["gen_ai.usage.output_tokens"] == 7


def test_last_event_without_its_blank_line_is_still_given_and_read(attempt, spans):
    watched = StreamWatch(attempt, Events(), hide=True)
    assert through(watched, STREAM.removesuffix(b"data: [DONE]\n\n") + b"data: [DONE]", 10) == HIDDEN[:-2]
    assert "error.type" not in spans.one().attributes


def test_stream_in_an_encoding_not_read_as_it_passes_is_read_at_its_end(attempt, spans):
    watched = BodyWatch(attempt, lambda raw: raw[::-1], Events())
    assert through(watched, STREAM[::-1], 100) == STREAM[::-1]
    assert spans.one().attributes["gen_ai.usage.output_tokens"] == 7


def test_huge_body_passes_and_is_not_kept(attempt, spans, monkeypatch):
    monkeypatch.setattr(watch, "MAX_BODY_BYTES", 10)
    watched = BodyWatch(attempt, lambda raw: raw)
    assert through(watched, b"x" * 25, 5) == b"x" * 25
    assert watched._parts == []
    assert "error.type" not in spans.one().attributes


def test_whole_stream_without_us_asking_is_given_as_it_is(attempt):
    assert read(attempt, STREAM, Events()) == STREAM


def test_failure_is_named_by_its_class(attempt, spans):
    StreamWatch(attempt, Events(), hide=False).fail(TimeoutError())
    assert spans.one().attributes["error.type"] == "TimeoutError"


@pytest.mark.parametrize("size", [1, 3, 10_000])
@pytest.mark.parametrize(("hide", "expected"), [(True, HIDDEN), (False, STREAM)])
def test_stream_without_its_content_type_is_known_by_its_start(attempt, spans, size, hide, expected):
    assert through(LateWatch(attempt, bytes, hide=hide), STREAM, size) == expected
    assert spans.one().attributes["gen_ai.usage.output_tokens"] == 7


@pytest.mark.parametrize("body", [b"", b"  ", b"{}", b' {"choices":[]}', b"<html>"])
@pytest.mark.parametrize("hide", [True, False])
def test_whole_answer_to_a_streamed_request_passes_as_it_is(attempt, spans, body, hide):
    assert through(LateWatch(attempt, bytes, hide=hide), body, 2) == body
    error = None if b"choices" in body else "invalid_response"
    assert spans.one().attributes.get("error.type") == error


def test_bytes_that_are_no_stream_pass_and_are_the_error_of_the_provider(spans):
    broken = Attempt(OpenAIChat(), Asked("m", stream=True), b"{}", {}, Context())
    raw = b"x" * 40
    assert through(StreamWatch(broken, Messages(), hide=True), raw, 10) == raw
    assert spans.one().attributes["error.type"] == "invalid_response"
