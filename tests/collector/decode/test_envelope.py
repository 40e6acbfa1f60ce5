import pytest
from google.protobuf.message import DecodeError
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.common.v1.common_pb2 import KeyValue
from opentelemetry.proto.trace.v1.trace_pb2 import Status

from spanwise_collector.decode.envelope import open_request, open_span
from tests.support.otlp import span, traffic


def test_a_request_opens_to_the_bytes_of_its_spans():
    body, _ = traffic(1)
    full = ExportTraceServiceRequest.FromString(body)
    for opened, parsed in zip(open_request(body).resource_spans, full.resource_spans, strict=True):
        assert opened.resource == parsed.resource
        for scope, parsed_scope in zip(opened.scope_spans, parsed.scope_spans, strict=True):
            assert scope.scope == parsed_scope.scope
            assert list(scope.spans) == [one.SerializeToString() for one in parsed_scope.spans]


def test_a_span_opens_to_the_bytes_of_its_attributes_and_status():
    made = span("chat", {"a": 1, "b": ["x"]}, status_code=2, status_message="no", exception_type="ValueError")
    opened = open_span(made.SerializeToString())
    assert [KeyValue.FromString(raw) for raw in opened.attributes] == list(made.attributes)
    assert Status.FromString(opened.status) == made.status
    assert list(opened.events) == list(made.events)
    assert opened.name == "chat"


@pytest.mark.parametrize("parse", [open_request, open_span])
def test_other_bytes_are_refused(parse):
    with pytest.raises(DecodeError):
        parse(b"\xff\xff")
