"""An OTLP/HTTP receiver that keeps what it gets."""

import gzip
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.common.v1.common_pb2 import AnyValue


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

    def clear(self) -> None:
        self.exports.clear()

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
            body = self.rfile.read(int(self.headers["content-length"]))
            if self.headers.get("content-encoding") == "gzip":
                body = gzip.decompress(body)
            if self.path == "/v1/traces":
                receiver.exports.append(ExportTraceServiceRequest.FromString(body))
            self.send_response(200)
            self.send_header("content-length", "0")
            self.end_headers()

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


def _value(value: AnyValue) -> object:
    kind = value.WhichOneof("value")
    if kind == "array_value":
        return [_value(item) for item in value.array_value.values]
    return getattr(value, kind) if kind else None
