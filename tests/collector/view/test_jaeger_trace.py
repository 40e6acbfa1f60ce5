import polars as pl
from opentelemetry.proto.resource.v1.resource_pb2 import Resource

from spanwise_collector.reader import TraceSpans
from spanwise_collector.view.jaeger_trace import render
from tests.support.otlp import key_values, span
from tests.support.rows import NOON, SECOND, batch, row


def stored(number, made=None, resource=None, **values):
    of = Resource(attributes=key_values(resource or {}))
    raw = (made or span("chat")).SerializeToString()
    return row(number, None, raw=raw, resource=of.SerializeToString(), **values)


def rendered(*rows, total=None):
    frame: pl.DataFrame = batch(*rows)
    return render(TraceSpans(frame, frame.height if total is None else total))


def test_times_are_whole_microseconds():
    (told,) = rendered(stored(1, at_s=0.0000019, took_s=0.0000019))["spans"]
    assert (told["startTime"], told["duration"]) == (NOON // 1_000, 1)
    assert (type(told["startTime"]), type(told["duration"]), type(told["flags"])) == (int, int, int)


def test_a_span_that_ended_before_it_began_has_no_length_and_says_so():
    (told,) = rendered(stored(1, took_s=-1))["spans"]
    assert told["duration"] == 0
    assert told["warnings"] == ["it ended before it began: a clock was set back"]


def test_parents_and_links_are_references():
    made = span("chat")
    made.links.add(trace_id=b"o" * 16, span_id=b"l" * 8)
    (told, root) = rendered(stored(2, made, parent=1), stored(1, parent=None))["spans"]
    assert told["references"] == [
        {"refType": "CHILD_OF", "traceID": "0" * 31 + "1", "spanID": "0" * 15 + "1"},
        {"refType": "FOLLOWS_FROM", "traceID": (b"o" * 16).hex(), "spanID": (b"l" * 8).hex()},
    ]
    assert root["references"] == []


def test_each_service_and_resource_is_one_process():
    told = rendered(
        stored(1, resource={"service.name": "a", "host": "x"}, service="a"),
        stored(2, resource={"service.name": "a", "host": "x"}, service="a"),
        stored(3, resource={"service.name": "a", "host": "y"}, service="a"),
        stored(4, service=None),
    )
    assert [each["processID"] for each in told["spans"]] == ["p1", "p1", "p2", "p3"]
    assert told["processes"] == {
        "p1": {"serviceName": "a", "tags": [{"key": "host", "type": "string", "value": "x"}]},
        "p2": {"serviceName": "a", "tags": [{"key": "host", "type": "string", "value": "y"}]},
        "p3": {"serviceName": "unknown_service", "tags": []},
    }


def test_events_are_logs():
    (told,) = rendered(stored(1, span("chat", end_ns=NOON, exception_type="KeyError")))["spans"]
    assert told["logs"] == [
        {
            "timestamp": NOON // 1_000,
            "fields": [
                {"key": "event", "type": "string", "value": "exception"},
                {"key": "exception.type", "type": "string", "value": "KeyError"},
                {"key": "exception.message", "type": "string", "value": "it failed"},
            ],
        }
    ]


def test_a_number_that_a_browser_would_round_is_text():
    attributes = {"small": 2**53 - 1, "large": 2**53, "low": -(2**63)}
    (told,) = rendered(stored(1, span("chat", attributes)))["spans"]
    assert {tag["key"]: (tag["type"], tag["value"]) for tag in told["tags"]} == {
        "small": ("int64", 2**53 - 1),
        "large": ("int64", str(2**53)),
        "low": ("int64", str(-(2**63))),
    }


def test_what_is_left_out_is_told():
    assert rendered(stored(1), total=5)["warnings"] == ["4 of 5 spans are left out, the newest ones"]
    assert rendered(stored(1))["warnings"] is None


def test_the_flags_of_w3c_are_kept_and_others_are_not():
    made = span("chat")
    made.flags = 0x301
    assert rendered(stored(1, made, end_ns=NOON + SECOND))["spans"][0]["flags"] == 1
