import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

import spanwise
from tests.support import provider as provider_server


class Spans:
    """The spans that ended, as a test wants to see them."""

    def __init__(self) -> None:
        self.exporter = InMemorySpanExporter()
        self.provider = TracerProvider(shutdown_on_exit=False)
        self.provider.add_span_processor(SimpleSpanProcessor(self.exporter))

    def all(self):
        return self.exporter.get_finished_spans()

    def one(self):
        (span,) = self.all()
        return span

    def named(self, prefix: str):
        return [span for span in self.all() if span.name.startswith(prefix)]


@pytest.fixture
def provider() -> Iterator[provider_server.Provider]:
    with provider_server.serve() as running:
        yield running


@pytest.fixture
def instrumented() -> Iterator[Callable[..., Spans]]:
    """Turn tracing on when the test says so, and off after it."""
    made: list[Spans] = []

    def instrument(*, raise_faults: bool = True, stream_usage: bool = True) -> Spans:
        made.append(Spans())
        spanwise.instrument(tracer_provider=made[-1].provider, raise_faults=raise_faults, stream_usage=stream_usage)
        return made[-1]

    yield instrument
    spanwise.uninstrument()
    for spans in made:
        spans.provider.shutdown()


@pytest.fixture
def spans(instrumented) -> Spans:
    """Spans of this process, with our own faults raised."""
    return instrumented()


class Receiver:
    """An OTLP/HTTP receiver on a real socket; `hold` keeps it from answering."""

    def __init__(self) -> None:
        self.exports: list[ExportTraceServiceRequest] = []
        self.hold = threading.Event()
        self.hold.set()
        self.endpoint = ""

    def spans(self):
        return [
            (resource.resource, span)
            for export in self.exports
            for resource in export.resource_spans
            for scope in resource.scope_spans
            for span in scope.spans
        ]

    def names(self):
        return sorted(span.name for _, span in self.spans())

    def services(self):
        attributes = [attribute for resource, _ in self.spans() for attribute in resource.attributes]
        return {attribute.value.string_value for attribute in attributes if attribute.key == "service.name"}


@pytest.fixture
def otlp() -> Iterator[Receiver]:
    receiver = Receiver()

    class Handler(BaseHTTPRequestHandler):
        def log_message(self, format, *args):  # noqa: A002  the base class names it
            del format, args

        def do_POST(self):
            body = self.rfile.read(int(self.headers["content-length"]))
            receiver.hold.wait(30)
            if self.path == "/v1/traces":
                receiver.exports.append(ExportTraceServiceRequest.FromString(body))
            self.send_response(200)
            self.end_headers()

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    receiver.endpoint = f"http://127.0.0.1:{server.server_port}"
    yield receiver
    receiver.hold.set()
    server.shutdown()
    server.server_close()
    thread.join()
