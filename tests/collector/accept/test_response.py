import pytest
from google.protobuf import json_format
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceResponse
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceResponse
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceResponse

from spanwise_collector.accept.gate import Taken
from spanwise_collector.accept.response import response


def test_partial_success_stays_unset_where_all_was_taken():
    assert response(Taken()) == b""
    assert response(Taken(), "json") == b"{}"


@pytest.mark.parametrize(
    ("signal", "kind", "field"),
    [
        ("logs", ExportLogsServiceResponse, "rejected_log_records"),
        ("metrics", ExportMetricsServiceResponse, "rejected_data_points"),
    ],
)
def test_each_signal_is_answered_in_its_own_words(signal, kind, field):
    taken = Taken(3, "no time")
    told = kind.FromString(response(taken, "protobuf", signal))
    assert (getattr(told.partial_success, field), told.partial_success.error_message) == (3, "no time")
    assert json_format.Parse(response(taken, "json", signal), kind()) == told


@pytest.mark.parametrize("taken", [Taken(2, "2 spans rejected: no trace id"), Taken(0, "a warning")])
def test_both_encodings_tell_the_same(taken):
    told = ExportTraceServiceResponse.FromString(response(taken))
    assert (told.partial_success.rejected_spans, told.partial_success.error_message) == (taken.rejected, taken.message)
    assert json_format.Parse(response(taken, "json"), ExportTraceServiceResponse()) == told
