import math

import polars as pl
import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.resource.v1.resource_pb2 import Resource
from opentelemetry.proto.trace.v1.trace_pb2 import Span

from spanwise_collector.batch import Wanted
from spanwise_collector.decode import otlp_protobuf
from spanwise_collector.decode.otlp_protobuf import decode
from spanwise_collector.errors import Malformed, TooLarge
from spanwise_schema.columns import SPAN
from tests.support.otlp import key_values, request, resource_spans, span, traffic

WANTED = Wanted(
    {
        "gen_ai.request.model": "str",
        "gen_ai.operation.name": "str",
        "gen_ai.agent.name": "str",
        "gen_ai.usage.input_tokens": "i64",
        "gen_ai.usage.output_tokens": "i64",
        "gen_ai.response.time_to_first_chunk": "f64",
        "gen_ai.response.finish_reasons": "strings",
        "gen_ai.request.stream": "bool",
        "error.type": "str",
    },
    {"service.name": "str", "spanwise.tenant": "str"},
)
DTYPES = {"bytes": pl.Binary, "str": pl.String, "i64": pl.Int64}


def decoded(*spans, **options):
    return decode(request(spans, **options).SerializeToString(), WANTED)


def test_a_batch_has_one_row_a_span_and_the_declared_columns_first():
    body, truth = traffic(1)
    batch = decode(body, WANTED)
    assert batch.frame.columns[: len(SPAN)] == list(SPAN)
    assert batch.frame.dtypes[: len(SPAN)] == [DTYPES[kind] for kind in SPAN.values()]
    assert (batch.received, batch.frame.height, batch.rejected, batch.faults) == (512, 512, {}, {})
    assert set(batch.frame.select("trace_id", "span_id").iter_rows()) == truth.ids


def test_sums_over_the_batch_are_the_truth_of_the_load():
    body, truth = traffic(7)
    llm = decode(body, WANTED).frame.filter(pl.col("attribute.gen_ai.operation.name") == "chat")
    assert llm.height == len(truth.llm)
    assert llm["attribute.gen_ai.usage.input_tokens"].sum() == truth.input_tokens
    assert llm["attribute.gen_ai.usage.output_tokens"].sum() == truth.output_tokens
    assert llm["attribute.error.type"].count() == truth.llm_errors
    assert (llm["end_ns"] - llm["start_ns"]).sum() == sum(call.end_ns - call.start_ns for call in truth.llm)
    first_chunks = llm["attribute.gen_ai.response.time_to_first_chunk"].drop_nulls().to_list()
    assert sorted(first_chunks) == sorted(call.ttft_s for call in truth.llm if call.ttft_s is not None)


def test_raw_is_the_span_as_it_was_sent():
    made = span("chat", {"gen_ai.request.model": "gpt-4o", "unknown": {"a": [1, b"x"]}}, exception_type="ValueError")
    frame = decoded(made).frame
    assert frame["raw"].to_list() == [made.SerializeToString()]
    assert Span.FromString(frame["raw"][0]) == made


def test_each_span_has_the_resource_and_scope_it_was_sent_under():
    export = ExportTraceServiceRequest(
        resource_spans=[
            resource_spans([span(), span()], {"service.name": "a"}, "spanwise"),
            resource_spans([span()], {"service.name": "b", "spanwise.tenant": "acme"}, "openinference"),
            resource_spans([span()], {}, ""),
        ]
    )
    frame = decode(export.SerializeToString(), WANTED).frame
    assert frame["resource.service.name"].to_list() == ["a", "a", "b", None]
    assert frame["resource.spanwise.tenant"].to_list() == [None, None, "acme", None]
    assert frame["scope_name"].to_list() == ["spanwise", "spanwise", "openinference", None]
    assert frame["scope_version"].to_list() == ["0.1.0"] * 4
    assert Resource.FromString(frame["resource"][2]).attributes[0].value.string_value == "b"


def test_only_keys_that_the_request_has_become_columns():
    frame = decoded(span(attributes={"gen_ai.request.model": "gpt-4o", "other": 1})).frame
    assert frame.columns[len(SPAN) :] == ["attribute.gen_ai.request.model", "resource.service.name"]


def test_the_good_half_of_a_batch_is_kept():
    batch = decoded(
        span("a", {"gen_ai.usage.input_tokens": 1}),
        span("b", {"gen_ai.usage.input_tokens": 2}, trace_id=b""),
        span("c", {"gen_ai.usage.input_tokens": 3}, span_id=bytes(8)),
        span("d", {"gen_ai.usage.input_tokens": 4}, trace_id=bytes(16)),
        span("e", {"gen_ai.usage.input_tokens": 5}),
    )
    assert batch.received == 5
    assert batch.rejected == {"no trace id": 2, "no span id": 1}
    assert batch.frame["name"].to_list() == ["a", "e"]
    assert batch.frame["attribute.gen_ai.usage.input_tokens"].to_list() == [1, 5]


def test_a_batch_of_nothing_but_rejected_spans_is_empty():
    batch = decoded(span(trace_id=b""), span(end_ns=0))
    assert (batch.frame.height, batch.received, sum(batch.rejected.values())) == (0, 2, 2)


def test_values_of_the_wrong_type_become_null_and_are_counted():
    batch = decoded(
        span(
            attributes={
                "gen_ai.usage.input_tokens": "many",
                "gen_ai.response.time_to_first_chunk": math.nan,
                "gen_ai.request.model": {"name": "gpt-4o"},
            }
        ),
        span(attributes={"gen_ai.usage.input_tokens": 1.5, "gen_ai.request.model": "gpt-4o"}),
        resource={"service.name": b"bytes"},
    )
    assert batch.faults == {
        "gen_ai.usage.input_tokens": 2,
        "gen_ai.response.time_to_first_chunk": 1,
        "gen_ai.request.model": 1,
        "service.name": 1,
    }
    assert batch.frame["attribute.gen_ai.usage.input_tokens"].to_list() == [None, None]
    assert batch.frame["attribute.gen_ai.request.model"].to_list() == [None, "gpt-4o"]


def test_negative_tokens_are_left_for_those_who_know_what_a_token_is():
    batch = decoded(span(attributes={"gen_ai.usage.input_tokens": -5}))
    assert batch.frame["attribute.gen_ai.usage.input_tokens"].to_list() == [-5]
    assert batch.faults == {}


def test_two_thousand_attributes_are_no_fault():
    many = {f"key.{index}": f"value {index}" for index in range(2000)} | {"gen_ai.request.model": "gpt-4o"}
    batch = decoded(span(attributes=many))
    assert batch.frame["attribute.gen_ai.request.model"].to_list() == ["gpt-4o"]
    assert len(Span.FromString(batch.frame["raw"][0]).attributes) == 2001


def test_the_type_of_the_first_exception_is_kept():
    twice = span("b", exception_type="ValueError")
    twice.events.add(name="exception").attributes.extend(key_values({"exception.type": "KeyError"}))
    log = span("c")
    log.events.add(name="log").attributes.extend(key_values({"exception.type": "Nope"}))
    frame = decoded(span("a"), twice, log).frame
    assert frame["event.exception.type"].to_list() == [None, "ValueError", None]
    assert "event.exception.type" not in decoded(log).frame.columns


def test_an_empty_request_is_an_empty_batch():
    for body in (b"", request([]).SerializeToString()):
        batch = decode(body, WANTED)
        assert (batch.frame.height, batch.received) == (0, 0)
        assert batch.frame.columns[: len(SPAN)] == list(SPAN)
        assert batch.frame.dtypes[: len(SPAN)] == [DTYPES[kind] for kind in SPAN.values()]


@pytest.mark.parametrize(
    "body",
    [
        b"\xff\xff\xff",
        b'{"resourceSpans": []}',
        request([span()]).SerializeToString()[:-1],
        request([span("chat")]).SerializeToString().replace(b"chat", b"ch\xff\xfe"),
        request([span("x", {"note": "abc"})]).SerializeToString().replace(b"abc", b"\xff\xfe\xfd"),
    ],
)
def test_bytes_that_are_no_request_are_malformed(body):
    with pytest.raises(Malformed, match="expected an ExportTraceServiceRequest"):
        decode(body, WANTED)


def test_a_crowd_of_spans_is_refused_before_any_is_read(monkeypatch):
    monkeypatch.setattr(otlp_protobuf, "MAX_SPANS", 2)
    with pytest.raises(TooLarge, match="at most 2 spans in a request, got 3"):
        decoded(span(), span(), span())
