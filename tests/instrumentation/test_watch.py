import gzip
import zlib

import pytest
from opentelemetry.context import Context

from spanwise import watch
from spanwise.apis.api import Asked
from spanwise.apis.openai_chat import OpenAIChat
from spanwise.attempt import Attempt
from spanwise.watch import BodyWatch, EventWatch, fold_events
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
    assert through(EventWatch(attempt, hide=hide), STREAM, size) == expected
    assert spans.one().attributes["gen_ai.usage.output_tokens"] == 7


@pytest.mark.parametrize("compress", [gzip.compress, zlib.compress])
def test_compressed_stream_passes_as_it_is_and_is_read_beside(attempt, spans, compress):
    raw = compress(STREAM)
    assert through(EventWatch(attempt, hide=False, compressed=True), raw, 30) == raw
    assert spans.one().attributes["gen_ai.usage.output_tokens"] == 7


def test_last_event_without_its_blank_line_is_still_given_and_read(attempt, spans):
    watched = EventWatch(attempt, hide=True)
    assert through(watched, STREAM.removesuffix(b"data: [DONE]\n\n") + b"data: [DONE]", 10) == HIDDEN[:-2]
    assert "error.type" not in spans.one().attributes


def test_stream_in_an_encoding_not_read_as_it_passes_is_read_at_its_end(attempt, spans):
    watched = BodyWatch(attempt, lambda raw: raw[::-1], events=True)
    assert through(watched, STREAM[::-1], 100) == STREAM[::-1]
    assert spans.one().attributes["gen_ai.usage.output_tokens"] == 7


def test_huge_body_passes_and_is_not_kept(attempt, spans, monkeypatch):
    monkeypatch.setattr(watch, "MAX_BODY_BYTES", 10)
    watched = BodyWatch(attempt, lambda raw: raw)
    assert through(watched, b"x" * 25, 5) == b"x" * 25
    assert watched._parts == []
    assert "error.type" not in spans.one().attributes


def test_whole_stream_without_us_asking_is_given_as_it_is(attempt):
    assert fold_events(attempt, STREAM, hide=False) == STREAM


def test_failure_is_named_by_its_class(attempt, spans):
    EventWatch(attempt, hide=False).fail(TimeoutError())
    assert spans.one().attributes["error.type"] == "TimeoutError"
