import copy
import logging

import pytest
from opentelemetry.context import Context
from opentelemetry.sdk.trace import ReadableSpan, SpanLimits, SpanProcessor, TracerProvider
from opentelemetry.trace import SpanContext, SpanKind, StatusCode

from spanwise import quick


class Kept(SpanProcessor):
    """Keeps the records of ended spans, and what else the SDK tells."""

    def __init__(self):
        self.records = []
        self.ending = []

    def _on_ending(self, span):
        self.ending.append((span.name, span.is_recording()))

    def on_end(self, span):
        self.records.append(span)


@pytest.fixture
def kept():
    return Kept()


@pytest.fixture
def span(kept):
    provider = TracerProvider(shutdown_on_exit=False, span_limits=SpanLimits(max_span_attributes=64))
    provider.add_span_processor(kept)
    made, _ = quick.maker(provider.get_tracer("scope"))("n", Context(), None, SpanKind.CLIENT, {"a": 1})
    return made


def test_span_ends_once_and_a_second_end_is_warned_of(span, kept, caplog):
    span.end(7)
    with caplog.at_level(logging.WARNING):
        span.end(8)
    assert [record.end_time for record in kept.records] == [7]
    assert "ended span" in caplog.text


def test_record_is_no_span_that_could_be_written_to(span, kept):
    span.end()
    (record,) = kept.records
    assert isinstance(record, ReadableSpan)
    assert not hasattr(record, "set_attribute")


def test_record_holds_what_was_added(span, kept):
    span.add_event("e", {"k": "v"})
    span.add_link(SpanContext(7, 8, is_remote=True))
    span.set_status(StatusCode.ERROR, "bad")
    span.update_name("m")
    span.end()
    (record,) = kept.records
    assert [event.name for event in record.events] == ["e"]
    assert [link.context.span_id for link in record.links] == [8]
    assert (record.name, record.status.description, record.dropped_attributes) == ("m", "bad", 0)


def test_processors_are_told_that_a_span_is_ending(span, kept):
    span.end()
    assert kept.ending == [("n", False)]


def test_spans_of_one_tracer_share_neither_events_nor_links_nor_status():
    provider = TracerProvider(shutdown_on_exit=False)
    start = quick.maker(provider.get_tracer("scope"))
    first, second = (start("n", Context(), None, SpanKind.CLIENT, {})[0] for _ in range(2))
    first.add_event("e")
    first.add_link(SpanContext(7, 8, is_remote=True))
    first.set_status(StatusCode.ERROR)
    assert (second.events, second.links, second.status.status_code) == ((), (), StatusCode.UNSET)


def test_attributes_set_from_outside_are_cleaned_and_counted_as_the_sdk_does(span):
    span.set_attribute("b", ["x", "y"])
    span.set_attributes({f"k{number}": number for number in range(70)})
    assert len(span.attributes) == 64
    assert span.dropped_attributes == 8
    assert span.attributes["k69"] == 69


def test_attributes_written_before_and_after_the_sdks_own_bounds_are_all_there(kept):
    provider = TracerProvider(shutdown_on_exit=False)
    provider.add_span_processor(kept)
    span, write = quick.maker(provider.get_tracer("scope"))("n", Context(), None, SpanKind.CLIENT, {"a": 1})
    span.set_attribute("b", 2)
    write({"c": 3})
    span.end()
    assert dict(kept.records[0].attributes) == {"a": 1, "b": 2, "c": 3}


def test_ended_span_takes_no_more_attributes(span, kept):
    span.end()
    span.set_attribute("late", 1)
    span.set_attributes({"later": 1})
    assert dict(kept.records[0].attributes) == {"a": 1}


def test_record_can_be_copied_as_one_of_the_sdk(span, kept):
    span.end()
    assert dict(copy.deepcopy(kept.records[0]).attributes) == {"a": 1}


class Late:
    """Tells a span late, and counts how often."""

    def __init__(self, span, write, *, failed):
        self.span = span
        self.write = write
        self.failed = failed
        self.times = 0

    def settle(self):
        self.times += 1
        self.write({"late": 1})
        self.span.told(failed=self.failed)


def waiting(kept, *, failed=False):
    provider = TracerProvider(shutdown_on_exit=False)
    provider.add_span_processor(kept)
    span, write = quick.maker(provider.get_tracer("scope"))("n", Context(), None, SpanKind.CLIENT, {"a": 1})
    span.late = Late(span, write, failed=failed)
    return span, span.late


@pytest.mark.parametrize("failed", [False, True])
def test_span_that_waits_is_told_once_when_its_record_is_read(kept, failed):
    span, late = waiting(kept, failed=failed)
    span.end(7)
    (record,) = kept.records
    assert (record.name, record.end_time, late.times) == ("n", 7, 0)
    status = StatusCode.ERROR if failed else StatusCode.UNSET
    assert record.status.status_code is span.status.status_code is status
    assert dict(record.attributes) == dict(span.attributes) == {"a": 1, "late": 1}
    assert (record.dropped_attributes, late.times) == (0, 1)


def test_span_that_waits_can_be_read_and_written_before_it_ends(kept):
    span, late = waiting(kept)
    span.set_attribute("b", 2)
    assert dict(span.attributes) == {"a": 1, "b": 2, "late": 1}
    span.end()
    assert dict(kept.records[0].attributes) == {"a": 1, "b": 2, "late": 1}
    assert late.times == 1


def test_record_of_a_span_that_waits_can_be_copied_and_written_as_the_sdks_way(kept):
    span, late = waiting(kept, failed=True)
    span.end()
    (record,) = kept.records
    copied = copy.deepcopy(record)
    assert (dict(copied.attributes), copied.status.status_code) == ({"a": 1, "late": 1}, StatusCode.ERROR)
    record._attributes = {"b": 2}
    assert (dict(record.attributes), dict(copied.attributes), late.times) == ({"b": 2}, {"a": 1, "late": 1}, 1)
    assert '"late": 1' in copied.to_json()


def test_span_that_waits_and_whose_teller_fails_tells_what_there_is(kept):
    span, late = waiting(kept)
    late.settle = lambda: 1 / 0
    span.end()
    assert dict(kept.records[0].attributes) == {"a": 1}
