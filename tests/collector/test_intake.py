import pytest

from spanwise_collector.errors import Malformed
from spanwise_collector.intake import read, reread
from tests.support.deep import deep_attribute, deep_value, delimited, request_of
from tests.support.otlp import request, span
from tests.support.otlp_signals import claude_event, counter, event, gauge, logs, metrics, number

CLAUDE = {"service.name": "claude-code"}


def taken(made, signal):
    return read(made.SerializeToString(), "protobuf", signal)


def test_spans_are_kept_as_they_came():
    made = request([span("x", span_id=b""), span("y")])
    found = taken(made, "traces")
    assert (found.kind, found.record) == ("spans", made.SerializeToString())
    assert (found.decoded.received, found.refused, found.outcomes) == (2, {"no span id": 1}, {})


def test_of_log_records_the_calls_are_kept_as_spans_and_the_rest_counted():
    refused = event("codex.tool_result", time_ns=0, observed_ns=0)
    found = taken(logs([claude_event("api_request", {"input_tokens": 5}), event("other"), refused], CLAUDE), "logs")
    assert (found.kind, found.decoded.received, found.refused) == ("spans", 1, {"no time": 1})
    assert found.outcomes == {"call": 1, "unused": 1, "rejected": 1}
    assert reread(found.record, found.kind).frame.equals(found.decoded.frame)


def test_a_request_of_which_nothing_is_used_leaves_nothing_to_keep():
    assert taken(logs([event("other")]), "logs").record == b""
    refused = taken(metrics([gauge("x", [number(None)])]), "metrics")
    assert (refused.record, refused.refused, refused.outcomes) == (b"", {"no value": 1}, {"rejected": 1})


def test_points_are_kept_and_the_usage_in_them_is_a_batch():
    used = number(7, {"session.id": "s-1", "model": "m", "type": "output"})
    made = metrics([counter("claude_code.token.usage", [used], "tokens"), gauge("x", [number(1)])], CLAUDE)
    found = taken(made, "metrics")
    assert (found.kind, found.record) == ("points", made.SerializeToString())
    assert [point.name for point in found.decoded.points] == ["claude_code.token.usage", "x"]
    assert found.decoded.frame["attribute.output_tokens"].to_list() == [7]
    again = reread(found.record, found.kind)
    assert (again.points, again.received) == (found.decoded.points, 1)


@pytest.mark.parametrize("signal", ["traces", "logs", "metrics"])
def test_json_is_read_as_the_request_of_its_signal(signal):
    assert read(b"{}", "json", signal).decoded.received == 0
    with pytest.raises(Malformed, match="expected an object, got a list"):
        read(b"[]", "json", signal)


def test_an_event_with_a_value_without_end_is_a_call_still():
    spent = claude_event("api_request", {"input_tokens": 5}).SerializeToString()
    body = request_of(spent + delimited(6, deep_attribute("output_tokens")))
    found = read(body, "protobuf", "logs")
    assert found.outcomes == {"call": 1, "unused": 0, "rejected": 0}
    assert found.decoded.frame["attribute.input_tokens"].to_list() == [5]
    assert found.decoded.faults == {"output_tokens": 1}
    assert reread(found.record, found.kind).faults == {"output_tokens": 1}


def test_a_record_whose_body_has_no_end_costs_no_other():
    spent = claude_event("api_request", {"input_tokens": 5}).SerializeToString()
    found = read(request_of(event("x").SerializeToString() + delimited(5, deep_value(60)), spent), "protobuf", "logs")
    assert found.outcomes == {"call": 1, "unused": 1, "rejected": 0}


def test_points_with_a_value_without_end_are_kept():
    point = number(7).SerializeToString() + delimited(7, deep_attribute("k"))
    body = request_of(delimited(1, b"x") + delimited(5, delimited(1, point)))
    found = read(body, "protobuf", "metrics")
    assert [(one.name, one.values) for one in found.decoded.points] == [("x", (7.0,))]
    assert reread(found.record, found.kind).points == found.decoded.points
