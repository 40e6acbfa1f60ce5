"""Log records that tell a call of a model or a tool, written as the spans that tell the same."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import blake2b
from typing import Final

from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.common.v1.common_pb2 import AnyValue, KeyValue
from opentelemetry.proto.logs.v1.logs_pb2 import LogRecord
from opentelemetry.proto.trace.v1.trace_pb2 import ResourceSpans, ScopeSpans, Span, Status

from spanwise_collector.signals.event_table import COPIES, DETAILS, EVENTS, REPEATING, SESSION, Event

EVENT: Final = "spanwise.event"
"""The attribute that names the event or metric which a span was made of."""
SIGNAL: Final = "spanwise.signal"
"""The attribute that says what told a call: `event` or `metric`; a span of a tracer does not have it."""

_FAILED_STATUS: Final = 400
_MOST_MS: Final = 1e12
_MOST_TOKENS: Final = 1e12
_INT64_MAX: Final = (1 << 63) - 1
_OWNERS: Final = ("claude_code", "codex", "gemini_cli")


@dataclass(frozen=True, slots=True)
class Told:
    """What a request of log records tells.

    Attributes:
        request: an ExportTraceServiceRequest, one span an event that tells a call.
        calls: spans in it.
        unused: records that tell no call.
        rejected: reason -> records that tell a call which cannot be counted.
    """

    request: bytes
    calls: int
    unused: int
    rejected: Mapping[str, int] = field(default_factory=dict[str, int])


def calls_of(logs: ExportLogsServiceRequest) -> Told:
    """Make a span of each event that tells a call: what it measured, where it was logged, its own attributes.

    The span ends when the event was logged, and begins before by the duration that it tells; without one it has no
    start, so that no duration is made up. It lies below the span in which the event was logged; without one it gets
    ids that follow from its content, so that the same event sent again is the same span.
    """
    made = ExportTraceServiceRequest()
    counts, rejected = Counter[str](), Counter[str]()
    for resource_logs in logs.resource_logs:
        origin = resource_logs.resource.SerializeToString(deterministic=True)
        into = ResourceSpans(resource=resource_logs.resource, schema_url=resource_logs.schema_url)
        for scope_logs in resource_logs.scope_logs:
            spans = list(_spans(scope_logs.log_records, origin, scope_logs.scope.name, rejected))
            counts["records"] += len(scope_logs.log_records)
            counts["calls"] += len(spans)
            if spans:
                into.scope_spans.append(ScopeSpans(scope=scope_logs.scope, spans=spans))
        if into.scope_spans:
            made.resource_spans.append(into)
    unused = counts["records"] - counts["calls"] - rejected.total()
    return Told(made.SerializeToString(), counts["calls"], unused, dict(rejected))


def _spans(records: Sequence[LogRecord], origin: bytes, scope: str, rejected: Counter[str]) -> Iterator[Span]:
    if scope in COPIES:
        return
    for record in records:
        told = {attribute.key: _plain(attribute.value) for attribute in record.attributes}
        name = _name(record, told)
        event = None if name == DETAILS and scope.startswith(REPEATING) else EVENTS.get(name)
        if event is None or any(told.get(key) != value for key, value in event.only.items()):
            continue
        end_ns = record.time_unix_nano or record.observed_time_unix_nano
        if 0 < end_ns <= _INT64_MAX:
            yield _span(record, name, event, told, origin, end_ns)
        else:
            rejected["time out of range" if end_ns else "no time"] += 1


def _name(record: LogRecord, told: Mapping[str, object]) -> str:
    """Find the event's name: the record's own field, an attribute, or the body, as the SDKs of the years wrote it."""
    said = (record.event_name, told.get("event.name"), record.body.string_value)
    names = [name for name in said if isinstance(name, str) and name]
    full = (f"{owner}.{name}" for name in names for owner in _OWNERS)
    return next((name for name in (*names, *full) if name in EVENTS), "")


def _span(record: LogRecord, name: str, event: Event, told: Mapping[str, object], origin: bytes, end_ns: int) -> Span:
    error = _error(event, told)
    adds = {whole: _sum(told, (whole, *parts)) for whole, parts in event.adds.items()}
    sets = {key: value for key, value in event.sets.items() if key not in told}
    if error is not None and "error.type" not in told:
        sets["error.type"] = error
    trace_id, parent_id = _context(record, event, told, origin)
    kept = [attribute for attribute in record.attributes if adds.get(attribute.key) is None]
    counts = [KeyValue(key=key, value=AnyValue(int_value=n)) for key, n in adds.items() if n is not None]
    return Span(
        trace_id=trace_id,
        parent_span_id=parent_id,
        span_id=_hashed(8, origin, name.encode(), _content(record, event, told)),
        name=name,
        start_time_unix_nano=_start_ns(event, told, end_ns),
        end_time_unix_nano=end_ns,
        attributes=[*kept, *counts, *texts({**sets, EVENT: name, SIGNAL: "event"})],
        status=None if error is None else Status(code=Status.STATUS_CODE_ERROR),
    )


def _error(event: Event, told: Mapping[str, object]) -> str | None:
    """Tell the type of the error, or null where the call went well."""
    status = _number(told.get("http.response.status_code", told.get("status_code")))
    failed = (
        event.fails
        or str(told.get("success", "")).lower() == "false"
        or "error.type" in told
        or (status is not None and status >= _FAILED_STATUS)
    )
    if not failed:
        return None
    return next((str(told[key]) for key in event.errors if told.get(key) not in (None, "")), "error")


def _context(record: LogRecord, event: Event, told: Mapping[str, object], origin: bytes) -> tuple[bytes, bytes]:
    """Give trace id and parent: those of the span around the event, else of its session and interaction.

    That has no span of its own; its id would be the first half of the trace id.
    """
    if len(record.trace_id) == 16 and any(record.trace_id):  # noqa: PLR2004 - bytes of a trace id
        return record.trace_id, record.span_id
    session = next((str(told[key]) for key in SESSION if told.get(key)), "")
    if not session:
        trace_id = _hashed(16, origin, _content(record, event, told))
    else:
        trace_id = _hashed(16, session.encode(), str(told.get(event.interaction, "")).encode())
    return trace_id, trace_id[:8]


def _content(record: LogRecord, event: Event, told: Mapping[str, object]) -> bytes:
    """Give what tells an event from all others; when it was observed is no part of it."""
    if event.same and told.get("event.timestamp"):
        return repr([(key, told.get(key)) for key in event.same]).encode()
    plain = LogRecord()
    plain.CopyFrom(record)
    plain.ClearField("observed_time_unix_nano")
    if not plain.time_unix_nano:
        plain.observed_time_unix_nano = record.observed_time_unix_nano
    return plain.SerializeToString(deterministic=True)


def _hashed(size: int, *parts: bytes) -> bytes:
    mixed = blake2b(digest_size=size)
    for part in parts:
        mixed.update(len(part).to_bytes(8))
        mixed.update(part)
    return mixed.digest()


def _start_ns(event: Event, told: Mapping[str, object], end_ns: int) -> int:
    """Go back by the duration; 0, which is null, where none is told."""
    for key in event.duration:
        duration_ms = _number(told.get(key))
        if duration_ms is not None and 0 <= duration_ms <= _MOST_MS:
            return max(0, end_ns - round(duration_ms * 1e6))
    return 0


def _sum(told: Mapping[str, object], keys: Sequence[str]) -> int | None:
    numbers = [number for key in keys if (number := _number(told.get(key))) is not None and 0 <= number <= _MOST_TOKENS]
    return int(sum(numbers)) if numbers else None


def _number(value: object) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        number = float(value)
    except ValueError:
        return None
    return number if math.isfinite(number) else None


def _plain(value: AnyValue) -> object:
    held = value.WhichOneof("value")
    return None if held is None else getattr(value, held)


def texts(attributes: Mapping[str, str]) -> list[KeyValue]:
    """Write text attributes."""
    return [KeyValue(key=key, value=AnyValue(string_value=value)) for key, value in attributes.items()]
