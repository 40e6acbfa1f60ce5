"""Makes spans of the SDK's own class in less time: attributes that are clean by construction are not cleaned again.

The sampler, the id generator and the processors are asked exactly as `Tracer.start_span` of the SDK asks them. Where
the SDK is another than the one this was written for, or limits attributes, its own way is taken.
"""

# pyright: reportPrivateUsage=false
# ruff: noqa: SLF001  there is no public way around the cleaning, which is a third of what a span costs

from threading import Lock
from typing import Any, Final

from opentelemetry.attributes import BoundedAttributes
from opentelemetry.context import Context
from opentelemetry.sdk import trace as sdk
from opentelemetry.sdk.util import BoundedList
from opentelemetry.trace import (
    INVALID_SPAN_CONTEXT,
    NonRecordingSpan,
    Span,
    SpanContext,
    SpanKind,
    TraceFlags,
    Tracer,
    get_current_span,
)

from spanwise.tracer import Attributes, Start, Write

FEWEST_ATTRIBUTES = 64
"""More than a model call ever has."""
# By whether the span is sampled and whether its trace id is random.
_FLAGS: Final = {
    (sampled, random): TraceFlags(
        (TraceFlags.SAMPLED if sampled else TraceFlags.DEFAULT)
        | (getattr(TraceFlags, "RANDOM_TRACE_ID", 0) if random else 0)
    )
    for sampled in (True, False)
    for random in (True, False)
}
_READ: Final = (
    "sampler", "resource", "span_processor", "id_generator", "instrumentation_info", "_span_limits",
    "_instrumentation_scope", "_tracer_metrics", "_is_enabled",
)  # fmt: skip
# What a span of the SDK holds of its own, and what all spans of one tracer hold alike.
_OWN: Final = {
    "_name", "_context", "_parent", "_kind", "_resource", "_attributes", "_events", "_links", "_lock",
    "_record_end_metrics",
}  # fmt: skip
_ALIKE: Final = {
    "_end_time", "_instrumentation_info", "_instrumentation_scope", "_limits", "_record_exception", "_sampler",
    "_set_status_on_exception", "_span_processor", "_start_time", "_status", "_trace_config",
}  # fmt: skip


def maker(tracer: Tracer) -> Start | None:
    """Give the quick way to start a span of this tracer; None where it has to go its own way."""
    if type(tracer) is not sdk.Tracer or not all(hasattr(tracer, name) for name in _READ):
        return None
    limits = tracer._span_limits
    most = limits.max_span_attributes
    if limits.max_span_attribute_length is not None or (most is not None and most < FEWEST_ATTRIBUTES):
        return None
    model = sdk._Span(
        name="",
        context=INVALID_SPAN_CONTEXT,
        sampler=tracer.sampler,
        resource=tracer.resource,
        span_processor=tracer.span_processor,
        instrumentation_info=tracer.instrumentation_info,
        limits=limits,
        instrumentation_scope=tracer._instrumentation_scope,
    )
    held = vars(model)
    if held.keys() != _OWN | _ALIKE or not isinstance(getattr(model._attributes, "_dict", None), dict):
        return None
    return _Maker(tracer, {name: held[name] for name in _ALIKE}).start


class _Maker:
    """Starts spans of one tracer."""

    __slots__ = ("_alike", "_events", "_links", "_most", "_tracer")

    def __init__(self, tracer: Any, alike: dict[str, Any]) -> None:  # noqa: ANN401  parts of it are private
        self._tracer = tracer
        self._alike = alike
        limits = tracer._span_limits
        self._most, self._events, self._links = limits.max_span_attributes, limits.max_events, limits.max_links

    def start(self, name: str, around: Context, kind: SpanKind, attributes: Attributes) -> tuple[Span, Write]:
        """Start a span; give it and what sets more of its attributes.

        Values are strings, numbers, booleans and tuples of strings; the dictionary is given away.
        """
        tracer = self._tracer
        parent: SpanContext | None = get_current_span(around).get_span_context()
        if not tracer._is_enabled():
            return _dropped(parent)
        generator: Any = tracer.id_generator
        if parent.is_valid:
            trace_id, random = parent.trace_id, parent.trace_flags.random_trace_id
        else:
            parent, trace_id, random = None, generator.generate_trace_id(), generator.is_trace_id_random()
        result = tracer.sampler.should_sample(around, trace_id, name, kind, attributes, ())
        context = SpanContext(
            trace_id,
            generator.generate_span_id(),
            is_remote=False,
            trace_flags=_FLAGS[result.decision.is_sampled(), random],
            trace_state=result.trace_state,
        )
        ended = tracer._tracer_metrics.start_span(parent, result.decision)
        if not result.decision.is_recording():
            return _dropped(context)
        span = self._made(name, context, parent, kind, ended)
        held: Any = span._attributes
        if result.attributes == attributes:
            held._dict = attributes
        else:
            span.set_attributes(result.attributes)  # what a sampler adds or leaves out
        span.start(parent_context=around)
        return span, held._dict.update

    def _made(self, name: str, context: SpanContext, parent: SpanContext | None, kind: SpanKind, ended: Any) -> Any:  # noqa: ANN401
        span: Any = object.__new__(sdk._Span)
        held: dict[str, Any] = {
            **self._alike,
            "_name": name,
            "_context": context,
            "_parent": parent,
            "_kind": kind,
            "_resource": self._tracer.resource,
            "_attributes": BoundedAttributes(self._most, None, immutable=False),
            "_events": BoundedList(self._events),
            "_links": BoundedList(self._links),
            "_lock": Lock(),
            "_record_end_metrics": ended,
        }
        span.__dict__.update(held)
        return span


def _dropped(context: SpanContext) -> tuple[Span, Write]:
    span = NonRecordingSpan(context)
    return span, span.set_attributes
