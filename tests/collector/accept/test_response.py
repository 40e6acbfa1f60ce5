import pytest
from google.protobuf import json_format
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceResponse

from spanwise_collector.accept.gate import Taken
from spanwise_collector.accept.response import response


def test_partial_success_stays_unset_where_all_was_taken():
    assert response(Taken()) == b""
    assert response(Taken(), "json") == b"{}"


@pytest.mark.parametrize("taken", [Taken(2, "2 spans rejected: no trace id"), Taken(0, "a warning")])
def test_both_encodings_tell_the_same(taken):
    told = ExportTraceServiceResponse.FromString(response(taken))
    assert (told.partial_success.rejected_spans, told.partial_success.error_message) == (taken.rejected, taken.message)
    assert json_format.Parse(response(taken, "json"), ExportTraceServiceResponse()) == told
