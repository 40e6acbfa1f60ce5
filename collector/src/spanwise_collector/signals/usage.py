"""Counters of tokens that name their session, written as spans that tell the same usage."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from hashlib import blake2b

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.common.v1.common_pb2 import AnyValue, InstrumentationScope, KeyValue
from opentelemetry.proto.resource.v1.resource_pb2 import Resource
from opentelemetry.proto.trace.v1.trace_pb2 import ResourceSpans, ScopeSpans, Span

from spanwise_collector.point import Labels, Point
from spanwise_collector.signals.event_table import SESSION, USAGE_METRICS
from spanwise_collector.signals.events import EVENT, SIGNAL, texts

_Key = tuple[Labels, tuple[str, str], str, Labels, int, int]


def usage_of(points: Iterable[Point]) -> bytes:
    """Make a span of each session's usage of a model in each interval: an ExportTraceServiceRequest.

    Deltas only: they say what was used in their interval. The span has no start, for it is no call: it has tokens, and
    no duration. The same points sent again are the same span.
    """
    intervals: dict[_Key, dict[str, float]] = {}
    for point in points:
        table = USAGE_METRICS.get(point.name)
        if table is None or point.temporality != "delta" or not point.values:
            continue
        attributes = dict(point.attributes)
        kind = table[1].get(attributes.pop(table[0], ""))
        if kind is None or not any(attributes.get(key) for key in SESSION):
            continue
        key = (
            point.resource, point.scope, point.name, tuple(sorted(attributes.items())), point.start_ns, point.time_ns,
        )  # fmt: skip
        # A counter of which an interval tells nothing had nothing added.
        counts = intervals.setdefault(key, dict.fromkeys(table[1].values(), 0.0))
        counts[kind] += point.values[0]
    return _request(intervals).SerializeToString()


def _request(intervals: Mapping[_Key, Mapping[str, float]]) -> ExportTraceServiceRequest:
    made = ExportTraceServiceRequest()
    for key, counts in intervals.items():
        resource, (scope, version), *_ = key
        made.resource_spans.append(
            ResourceSpans(
                resource=Resource(attributes=texts(dict(resource))),
                scope_spans=[
                    ScopeSpans(scope=InstrumentationScope(name=scope, version=version), spans=[_span(key, counts)])
                ],
            )
        )
    return made


def _span(key: _Key, counts: Mapping[str, float]) -> Span:
    _, _, name, attributes, _, end_ns = key
    session = next((value for wanted in SESSION for told, value in attributes if told == wanted), "")
    trace_id = blake2b(session.encode(), digest_size=16).digest()
    numbers = [KeyValue(key=kind, value=AnyValue(double_value=count)) for kind, count in counts.items()]
    said = {**USAGE_METRICS[name][2], **dict(attributes), EVENT: name, SIGNAL: "metric"}
    return Span(
        trace_id=trace_id,
        parent_span_id=trace_id[:8],
        span_id=blake2b(repr(key).encode(), digest_size=8).digest(),
        name=name,
        end_time_unix_nano=end_ns,
        attributes=[*texts(said), *numbers],
    )
