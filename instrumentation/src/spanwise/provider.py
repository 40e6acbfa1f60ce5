"""Finds the tracer provider of the program, or builds one that exports over OTLP/HTTP."""

import atexit
import sys
import threading
from pathlib import Path

from opentelemetry import trace
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import SERVICE_NAME, Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, ConsoleSpanExporter, SpanExporter
from opentelemetry.trace import ProxyTracerProvider

from spanwise.config import Config

FLUSH_TIMEOUT_S = 5.0


class _BoundedProcessor(BatchSpanProcessor):
    """A batch processor whose shutdown holds the program for at most five seconds, whatever the collector does."""

    def shutdown(self) -> None:
        self._batch_processor.shutdown(timeout_millis=int(FLUSH_TIMEOUT_S * 1000))


def current() -> trace.TracerProvider | None:
    """Give the provider that the program has set; None where it has set none."""
    found = trace.get_tracer_provider()
    return None if isinstance(found, ProxyTracerProvider) else found


def build(config: Config, service: str | None = None) -> TracerProvider:
    """Build a provider from the OTEL_* variables; at exit it flushes within five seconds."""
    provider = TracerProvider(resource=_resource(service), shutdown_on_exit=False)
    if config.exporter != "none":
        provider.add_span_processor(
            _BoundedProcessor(_exporter(config), schedule_delay_millis=config.schedule_delay_ms)
        )
    atexit.register(provider.shutdown)
    return provider


def join_or_build(config: Config, service: str | None = None) -> trace.TracerProvider:
    """Join the program's provider, or build ours and make it the program's."""
    found = current()
    if found is None:
        found = build(config, service)
        trace.set_tracer_provider(found)
    return found


def flush(provider: trace.TracerProvider, timeout_s: float = FLUSH_TIMEOUT_S) -> bool:
    """Export what is waiting, for at most `timeout_s`; answer whether all of it left in time.

    The SDK's `force_flush` does not honour its time-out, so it runs beside and is left behind when late.
    """
    if not isinstance(provider, TracerProvider):
        return True
    done = threading.Event()

    def run() -> None:
        provider.force_flush()
        done.set()

    threading.Thread(target=run, name="spanwise-flush", daemon=True).start()
    return done.wait(timeout_s)


def _exporter(config: Config) -> SpanExporter:
    return ConsoleSpanExporter() if config.exporter == "console" else OTLPSpanExporter(endpoint=config.traces_endpoint)


def _resource(service: str | None) -> Resource:
    resource = Resource.create({SERVICE_NAME: service} if service else {})
    if str(resource.attributes.get(SERVICE_NAME, "")).startswith("unknown_service"):
        resource = resource.merge(Resource({SERVICE_NAME: _program()}))
    return resource


def _program() -> str:
    """Name the service after what was started: a script, or the package of `-m`."""
    path = Path(sys.argv[0] if sys.argv and sys.argv[0] else "python")
    return path.parent.name if path.name == "__main__.py" else path.stem
