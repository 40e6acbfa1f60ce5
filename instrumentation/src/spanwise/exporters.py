"""Builds the exporters that the environment names, so that each process of a fork has its own."""

import os
from collections.abc import Callable, Sequence
from importlib.metadata import entry_points
from typing import Any

from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export import ConsoleSpanExporter, SpanExporter, SpanExportResult

from spanwise.export_config import EXPORTERS, GRPC, HTTP, Export


class PerProcess(SpanExporter):
    """An exporter that is made anew in a forked child: a connection of the parent's is not the child's to use."""

    def __init__(self, make: Callable[[], SpanExporter]) -> None:
        self._make = make
        self._pid = os.getpid()
        self._exporter = make()
        self._parents: list[SpanExporter] = []

    def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
        """Export with the exporter of this process."""
        if self._pid != os.getpid():
            self._pid = os.getpid()
            self._parents.append(self._exporter)  # to let go of it might wait for a lock of a thread that is no more
            self._exporter = self._make()
        return self._exporter.export(spans)

    def shutdown(self) -> None:
        """Shut the exporter of this process down."""
        if self._pid == os.getpid():
            self._exporter.shutdown()

    def force_flush(self, timeout_millis: int = 30_000) -> bool:
        """Nothing is buffered here; the exporter may buffer."""
        return self._pid != os.getpid() or self._exporter.force_flush(timeout_millis)


def build(export: Export) -> list[PerProcess]:
    """Build one exporter for each that is named."""
    return [PerProcess(_maker(name, export)) for name in export.exporters]


def _maker(name: str, export: Export) -> Callable[[], SpanExporter]:
    if name == HTTP:
        return lambda: OTLPSpanExporter(endpoint=export.traces_endpoint)
    if name == "console":
        return ConsoleSpanExporter
    (entry,) = entry_points(group=EXPORTERS, name=name)
    made_by: Any = entry.load()
    return (lambda: made_by(endpoint=export.traces_endpoint)) if name == GRPC else made_by
