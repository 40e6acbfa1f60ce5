"""An OTLP log export request, as protobuf, to its records."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from google.protobuf.message import DecodeError
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest

from spanwise_collector.decode.shallow import sparing
from spanwise_collector.errors import Malformed, TooLarge

MAX_RECORDS: Final = 200_000
"""Log records in one request: exporters send 512."""


def read_logs(body: bytes) -> ExportLogsServiceRequest:
    """Parse an ExportLogsServiceRequest. Raises Malformed, and TooLarge for more than MAX_RECORDS records."""
    try:
        request = sparing(ExportLogsServiceRequest.FromString, body, ExportLogsServiceRequest)
    except DecodeError as fault:
        raise Malformed(f"expected an ExportLogsServiceRequest as protobuf, got {len(body)} bytes: {fault}") from fault
    if (records := sum(_counts(request))) > MAX_RECORDS:
        raise TooLarge(f"expected at most {MAX_RECORDS} log records in a request, got {records}")
    return request


def _counts(request: ExportLogsServiceRequest) -> Iterator[int]:
    return (len(scope.log_records) for resource in request.resource_logs for scope in resource.scope_logs)
