"""What is kept of a recording: all that tables could read, nothing of the machine, and long texts cut."""

import re
from collections.abc import Iterable, MutableSequence
from pathlib import Path

from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceRequest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.common.v1.common_pb2 import KeyValue
from opentelemetry.proto.trace.v1.trace_pb2 import Span

ROOT = Path(__file__).parents[2]
LONGEST = 1_500
"""Characters of a text that is kept: more is content, whose meaning is not the tables' matter."""
_OF_THE_MACHINE = (
    "host.", "process.", "os.", "code.", "thread.", "service.instance", "exception.stacktrace", "busy_ns", "idle_ns",
)  # fmt: skip
_TELLING = re.compile(r"token|cost|gen_ai")
_TALKATIVE = re.compile(r"^codex")


def traces(exports: Iterable[ExportTraceServiceRequest], folder: Path, *, longest: int = LONGEST) -> bytes:
    """Make one request of all."""
    whole = ExportTraceServiceRequest()
    for export in exports:
        whole.resource_spans.extend(export.resource_spans)
    seen = set[bytes]()  # two exporters of one program may send a span twice
    for resource in whole.resource_spans:
        _strip(resource.resource.attributes, folder)
        for scope in resource.scope_spans:
            _keep_only(scope.spans, lambda span: span.span_id not in seen and not seen.add(span.span_id))
            for span in scope.spans:
                _strip(span.attributes, folder, longest)
                span.status.message = span.status.message.partition("\n")[0][:longest]
                for event in span.events:
                    _strip(event.attributes, folder, longest)
            if _TALKATIVE.match(scope.scope.name):
                _keep_only(scope.spans, _tells)
    return whole.SerializeToString(deterministic=True)


def logs(exports: Iterable[ExportLogsServiceRequest], folder: Path) -> bytes:
    """Make one request of all."""
    whole = ExportLogsServiceRequest()
    for export in exports:
        whole.resource_logs.extend(export.resource_logs)
    for resource in whole.resource_logs:
        _strip(resource.resource.attributes, folder)
        for scope in resource.scope_logs:
            for record in scope.log_records:
                _strip(record.attributes, folder)
    return whole.SerializeToString(deterministic=True)


def metrics(exports: Iterable[ExportMetricsServiceRequest], folder: Path) -> bytes:
    """Make one request of those that tell tokens or costs."""
    whole = ExportMetricsServiceRequest()
    for export in exports:
        whole.resource_metrics.extend(export.resource_metrics)
    for resource in whole.resource_metrics:
        _strip(resource.resource.attributes, folder)
        for scope in resource.scope_metrics:
            _keep_only(scope.metrics, lambda metric: bool(_TELLING.search(metric.name)))
    return whole.SerializeToString(deterministic=True)


def _tells(span: Span) -> bool:
    return any(one.key == "model" or _TELLING.search(one.key) for one in span.attributes)


def _keep_only(items, wanted) -> None:
    kept = [item for item in items if wanted(item)]
    del items[:]
    items.extend(kept)


def _strip(attributes: MutableSequence[KeyValue], folder: Path, longest: int = LONGEST) -> None:
    _keep_only(attributes, lambda one: not _tells_of_the_machine(one, folder))
    for one in attributes:
        if len(one.value.string_value) > longest:
            one.value.string_value = one.value.string_value[:longest]


def _tells_of_the_machine(attribute: KeyValue, folder: Path) -> bool:
    said = str(attribute.value)
    return (
        attribute.key.startswith(_OF_THE_MACHINE) or str(folder) in said or str(ROOT) in said or "site-packages" in said
    )
