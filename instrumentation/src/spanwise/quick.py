"""Makes spans of the SDK's own kind in less time: what is clean is not cleaned again, what is not used is not made.

The sampler, the id generator and the processors are asked as `Tracer.start_span` of the SDK asks them, but for those
of the SDK that are known to do nothing. Where the SDK is another than the one this was written for, or limits
attributes, its own way is taken.
"""

# pyright: reportPrivateUsage=false
# ruff: noqa: SLF001  there is no public way around the cleaning, which is a third of what a span costs

import random
from collections.abc import Callable
from threading import Lock
from time import time_ns  # noqa: TID251  the clock that the SDK reads for its spans
from typing import Any, Final

from opentelemetry.attributes import BoundedAttributes
from opentelemetry.context import Context
from opentelemetry.sdk import trace as sdk
from opentelemetry.sdk.trace import sampling
from opentelemetry.sdk.trace.id_generator import RandomIdGenerator
from opentelemetry.trace import (
    INVALID_SPAN_CONTEXT,
    NonRecordingSpan,
    Span,
    SpanContext,
    SpanKind,
    TraceFlags,
    Tracer,
)

from spanwise.quick_span import QuickSpan
from spanwise.span_sinks import Sinks
from spanwise.tracer import Attributes, Start, Write

FEWEST_ATTRIBUTES = 64
"""More than a model call ever has."""
_RANDOM: Final = getattr(TraceFlags, "RANDOM_TRACE_ID", 0)
# By whether the span is sampled and whether its trace id is random.
_FLAGS: Final = {
    (sampled, made_at_random): TraceFlags(
        (TraceFlags.SAMPLED if sampled else TraceFlags.DEFAULT) | (_RANDOM if made_at_random else 0)
    )
    for sampled in (True, False)
    for made_at_random in (True, False)
}
_STATE: Final = INVALID_SPAN_CONTEXT.trace_state
_new: Final[Callable[..., SpanContext]] = tuple.__new__  # pyright: ignore[reportUnknownMemberType, reportUnknownVariableType]
_TAKEN: Final = sampling.Decision.RECORD_AND_SAMPLE
_READ: Final = (
    "sampler", "resource", "span_processor", "id_generator", "instrumentation_info", "_span_limits",
    "_instrumentation_scope", "_tracer_metrics", "_tracer_config",
)  # fmt: skip
# What a span of the SDK holds of its own, and what all spans of one tracer hold alike until something is set.
_OWN: Final = {
    "_name", "_context", "_parent", "_kind", "_resource", "_attributes", "_lock",
}  # fmt: skip
_ALIKE: Final = {
    "_end_time", "_events", "_instrumentation_info", "_instrumentation_scope", "_limits", "_links",
    "_record_end_metrics", "_record_exception", "_sampler", "_set_status_on_exception", "_span_processor",
    "_start_time", "_status", "_trace_config",
}  # fmt: skip
_TOLD: Final = {
    "_name", "_context", "_parent", "_kind", "_resource", "_attributes", "_start_time", "_end_time", "_events",
    "_links", "_status", "_instrumentation_info", "_instrumentation_scope",
}  # fmt: skip
"""What the record of an ended span holds."""


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
    if tuple(SpanContext(1, 2, False, _FLAGS[True, True], None)) != (1, 2, False, _FLAGS[True, True], _STATE, True):
        return None
    held = vars(model)
    fits = held.keys() == _OWN | _ALIKE and vars(sdk.ReadableSpan("")).keys() == _TOLD
    if not fits or not isinstance(getattr(BoundedAttributes(), "_dict", None), dict):
        return None
    return _Maker(tracer, {name: held[name] for name in _ALIKE}).start


class _Maker:
    """Starts spans of one tracer."""

    __slots__ = ("_always", "_counted", "_generator", "_random", "_sampler", "_sinks", "_span", "_tracer")

    def __init__(self, tracer: Any, alike: dict[str, Any]) -> None:  # noqa: ANN401  parts of it are private
        self._tracer = tracer
        self._sampler = tracer.sampler
        self._always = _always(tracer.sampler)
        self._counted = type(tracer._tracer_metrics).__name__ != "NoOpTracerMetrics"
        self._generator = tracer.id_generator if type(tracer.id_generator) is RandomIdGenerator else None
        self._random: bool = tracer.id_generator.is_trace_id_random()
        self._sinks = Sinks(tracer.span_processor)
        self._span: Any = QuickSpan.of_tracer(alike, self._sinks)

    def start(
        self, name: str, around: Context, parent: SpanContext | None, kind: SpanKind, attributes: Attributes
    ) -> tuple[Span, Write]:
        """Start a span; give it and what sets more of its attributes.

        Values are strings, numbers, booleans and tuples of strings; the dictionary is given away.
        """
        tracer = self._tracer
        if not tracer._tracer_config.is_enabled:
            return _dropped(INVALID_SPAN_CONTEXT if parent is None else parent)
        generator: Any = tracer.id_generator
        if self._always and (parent is None or parent.trace_flags & 1) and tracer.sampler is self._sampler:
            context = self._taken(parent, generator)
            ended = tracer._tracer_metrics.start_span(parent, _TAKEN) if self._counted else None
        else:
            trace_id = generator.generate_trace_id() if parent is None else parent.trace_id
            span_id = generator.generate_span_id()
            result = tracer.sampler.should_sample(around, trace_id, name, kind, attributes, ())
            if result.attributes != attributes:  # what a sampler adds or leaves out
                attributes = dict(BoundedAttributes(attributes=result.attributes))
            at_random = self._random if parent is None else bool(parent.trace_flags & _RANDOM)
            flags = _FLAGS[result.decision.is_sampled(), at_random]
            context = SpanContext(trace_id, span_id, False, flags, result.trace_state)
            ended = tracer._tracer_metrics.start_span(parent, result.decision) if self._counted else None
            if not result.decision.is_recording():
                return _dropped(context)
        span = object.__new__(self._span)
        span._name = name
        span._context = context
        span._parent = parent
        span._kind = kind
        span._resource = tracer.resource
        span.held = attributes
        span._lock = Lock()
        if ended is not None:
            span._record_end_metrics = ended
        span._start_time = time_ns()
        sinks = self._sinks
        if sinks.held is not sinks.source._span_processors:
            sinks.refresh()
        for tell in sinks.started:
            tell(span, parent_context=around)
        return span, attributes.update

    def _taken(self, parent: SpanContext | None, generator: Any) -> SpanContext:  # noqa: ANN401
        """Give the ids of a span that is sampled without asking."""
        quick = generator is self._generator  # whose ids are as random here as there
        if parent is not None:
            trace_id, flags, state = (
                parent.trace_id,
                _FLAGS[True, bool(parent.trace_flags & _RANDOM)],
                parent.trace_state,
            )
        else:
            trace_id = (random.getrandbits(128) if quick else 0) or generator.generate_trace_id()
            flags, state = _FLAGS[True, self._random], _STATE
        span_id = (random.getrandbits(64) if quick else 0) or generator.generate_span_id()
        if quick:  # both are within bounds
            return _new(SpanContext, (trace_id, span_id, False, flags, state, True))
        return SpanContext(trace_id, span_id, False, flags, state)


def _always(sampler: Any) -> bool:  # noqa: ANN401  what it holds is private
    """Say whether a sampler of the SDK takes every span without a parent or with a sampled one, as it is."""
    if type(sampler) is sampling.ParentBased:
        inner = (sampler._root, sampler._remote_parent_sampled, sampler._local_parent_sampled)
        return all(map(_always, inner))
    return type(sampler) is sampling.StaticSampler and sampler._decision is _TAKEN


def _dropped(context: SpanContext) -> tuple[Span, Write]:
    span = NonRecordingSpan(context)
    return span, span.set_attributes
