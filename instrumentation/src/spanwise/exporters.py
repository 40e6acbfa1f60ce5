"""Builds the exporters that the environment names, so that each process of a fork has its own."""

import logging
import os
from collections.abc import Callable, Sequence
from importlib.metadata import entry_points
from typing import Any

from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export import ConsoleSpanExporter, SpanExporter, SpanExportResult

from spanwise.export_config import EXPORTERS, GRPC, HTTP, Export

_logger = logging.getLogger("spanwise")


class PerProcess(SpanExporter):
    """An exporter that is made anew in a forked child: a connection of the parent's is not the child's to use.

    Where spans do not reach `target`, it says so once, until they do again.
    """

    def __init__(self, make: Callable[[], SpanExporter], target: str) -> None:
        self._make = make
        self._target = target
        self._sending = False
        self._failing = False
        self._pid = os.getpid()
        self._exporter = make()
        self._parents: list[SpanExporter] = []

    def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
        """Export with the exporter of this process."""
        if self._pid != os.getpid():
            self._pid = os.getpid()
            self._parents.append(self._exporter)  # to let go of it might wait for a lock of a thread that is no more
            self._exporter = self._make()
        self._sending = True
        try:
            result = self._exporter.export(spans)
        finally:
            self._sending = False
        if result is SpanExportResult.FAILURE:
            self._lose()
        else:
            self._failing = False
        return result

    def shutdown(self) -> None:
        """Shut the exporter of this process down."""
        if self._pid == os.getpid():
            if self._sending:  # all the time that there was is over
                self._lose()
            self._exporter.shutdown()

    def _lose(self) -> None:
        if not self._failing:
            self._failing = True
            _logger.warning("spanwise: spans do not reach %s and are lost; is a collector there?", self._target)

    def force_flush(self, timeout_millis: int = 30_000) -> bool:
        """Nothing is buffered here; the exporter may buffer."""
        return self._pid != os.getpid() or self._exporter.force_flush(timeout_millis)


def build(export: Export) -> list[PerProcess]:
    """Build one exporter for each that is named."""
    return [
        PerProcess(_maker(name, export), export.traces_endpoint if name in {HTTP, GRPC} else name)
        for name in export.exporters
    ]


def _maker(name: str, export: Export) -> Callable[[], SpanExporter]:
    if name == HTTP:
        return lambda: OTLPSpanExporter(endpoint=export.traces_endpoint)
    if name == "console":
        return ConsoleSpanExporter
    (entry,) = entry_points(group=EXPORTERS, name=name)
    made_by: Any = entry.load()
    return (lambda: made_by(endpoint=export.traces_endpoint)) if name == GRPC else made_by
