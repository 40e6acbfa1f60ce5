"""An OTLP/HTTP receiver that keeps what it gets."""

import gzip
import re
import threading
from base64 import b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TypeVar

from google.protobuf import json_format
from google.protobuf.message import Message
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceRequest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.common.v1.common_pb2 import AnyValue

M = TypeVar("M", bound=Message)
_IDS = re.compile(r'"(traceId|spanId|parentSpanId)"\s*:\s*"([0-9a-fA-F]*)"')


@dataclass(frozen=True, slots=True)
class Seen:
    """One span as it was received."""

    name: str
    kind: int
    scope: str
    start_ns: int
    attributes: dict[str, object]
    failed: bool


@dataclass
class Receiver:
    """Keeps spans in the order in which they began."""

    endpoint: str = ""
    exports: list[ExportTraceServiceRequest] = field(default_factory=list)
    logs: list[ExportLogsServiceRequest] = field(default_factory=list)
    metrics: list[ExportMetricsServiceRequest] = field(default_factory=list)

    def clear(self) -> None:
        for kept in (self.exports, self.logs, self.metrics):
            kept.clear()

    def keep(self, path: str, body: bytes, *, as_json: bool) -> None:
        """Keep one request; what goes to any other path is no telemetry."""
        if path == "/v1/traces":
            self.exports.append(_read(ExportTraceServiceRequest(), body, as_json=as_json))
        elif path == "/v1/logs":
            self.logs.append(_read(ExportLogsServiceRequest(), body, as_json=as_json))
        elif path == "/v1/metrics":
            self.metrics.append(_read(ExportMetricsServiceRequest(), body, as_json=as_json))

    def spans(self) -> list[Seen]:
        seen = {
            span.span_id: Seen(  # a span that two exporters of one program sent is one
                span.name,
                span.kind,
                scope.scope.name,
                span.start_time_unix_nano,
                {attribute.key: _value(attribute.value) for attribute in span.attributes},
                span.status.code == 2,
            )
            for export in list(self.exports)
            for resource in export.resource_spans
            for scope in resource.scope_spans
            for span in scope.spans
        }
        return sorted(seen.values(), key=lambda span: span.start_ns)


@contextmanager
def receive() -> Iterator[Receiver]:
    """Receive on a free port of the loopback interface until the block ends."""
    receiver = Receiver()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002  the base class names it
            del format, args

        def do_POST(self) -> None:
            body = self._body()
            if self.headers.get("content-encoding") == "gzip":
                body = gzip.decompress(body)
            receiver.keep(self.path, body, as_json="json" in self.headers.get("content-type", ""))
            self.send_response(200)
            self.send_header("content-length", "0")
            self.end_headers()

        def _body(self) -> bytes:
            if self.headers.get("transfer-encoding") != "chunked":
                return self.rfile.read(int(self.headers["content-length"]))
            parts: list[bytes] = []
            while size := int(self.rfile.readline().split(b";")[0], 16):
                parts.append(self.rfile.read(size))
                self.rfile.readline()
            self.rfile.readline()
            return b"".join(parts)

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    receiver.endpoint = f"http://127.0.0.1:{server.server_port}"
    try:
        yield receiver
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def _read(message: M, body: bytes, *, as_json: bool) -> M:
    """Read a request; OTLP's JSON writes ids in hex, where protobuf's own JSON has base64."""
    if not as_json:
        message.ParseFromString(body)
        return message
    return json_format.Parse(_IDS.sub(_base64, body.decode()), message, ignore_unknown_fields=True)


def _base64(found: re.Match[str]) -> str:
    return f'"{found[1]}":"{b64encode(bytes.fromhex(found[2])).decode()}"'


def _value(value: AnyValue) -> object:
    kind = value.WhichOneof("value")
    if kind == "array_value":
        return [_value(item) for item in value.array_value.values]
    return getattr(value, kind) if kind else None
