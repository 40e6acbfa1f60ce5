"""Makes spans of the SDK's own class in less time: attributes that are clean by construction are not cleaned again.

The sampler, the id generator and the processors are asked exactly as `Tracer.start_span` of the SDK asks them. Where
the SDK is another than the one this was written for, or limits attributes, its own way is taken.
"""

# pyright: reportPrivateUsage=false
# ruff: noqa: SLF001  there is no public way around the cleaning, which is a third of what a span costs

import inspect
from typing import Any, Final

from opentelemetry.attributes import BoundedAttributes
from opentelemetry.context import Context
from opentelemetry.sdk import trace as sdk
from opentelemetry.trace import NonRecordingSpan, Span, SpanContext, SpanKind, TraceFlags, Tracer, get_current_span

from spanwise.tracer import Attributes, Write

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
_PASSED: Final = (
    "name", "context", "parent", "sampler", "resource", "span_processor", "kind", "instrumentation_info", "limits",
    "instrumentation_scope", "record_end_metrics",
)  # fmt: skip
_READ: Final = (
    "sampler", "resource", "span_processor", "id_generator", "instrumentation_info", "_span_limits",
    "_instrumentation_scope", "_tracer_metrics", "_is_enabled",
)  # fmt: skip


def fits(tracer: Tracer) -> bool:
    """Say whether spans of this tracer can be made the quick way."""
    if type(tracer) is not sdk.Tracer or not all(hasattr(tracer, name) for name in _READ):
        return False
    limits = tracer._span_limits
    most = limits.max_span_attributes
    return (
        limits.max_span_attribute_length is None
        and (most is None or most >= FEWEST_ATTRIBUTES)
        and set(_PASSED) <= inspect.signature(sdk._Span.__init__).parameters.keys()
        and hasattr(TraceFlags, "RANDOM_TRACE_ID")
        and isinstance(getattr(BoundedAttributes(), "_dict", None), dict)
    )


def start_span(tracer: Any, name: str, around: Context, kind: SpanKind, attributes: Attributes) -> tuple[Span, Write]:  # noqa: ANN401  parts of it are private
    """Start a span; give it and what sets more of its attributes.

    Values are strings, numbers, booleans and tuples of strings; the dictionary is given away.
    """
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
    span = sdk._Span(
        name=name,
        context=context,
        parent=parent,
        sampler=tracer.sampler,
        resource=tracer.resource,
        span_processor=tracer.span_processor,
        kind=kind,
        instrumentation_info=tracer.instrumentation_info,
        limits=tracer._span_limits,
        instrumentation_scope=tracer._instrumentation_scope,
        record_end_metrics=ended,
    )
    if result.attributes == attributes:
        span._attributes._dict = attributes
    else:
        span.set_attributes(result.attributes)  # what a sampler adds or leaves out
    span.start(parent_context=around)
    return span, span._attributes._dict.update


def _dropped(context: SpanContext) -> tuple[Span, Write]:
    span = NonRecordingSpan(context)
    return span, span.set_attributes
