"""Hands out the one tracer that all our spans are made with, and starts the spans of model calls."""

from collections.abc import Callable
from dataclasses import dataclass
from importlib.metadata import version
from typing import Any

from opentelemetry import trace
from opentelemetry.context import Context
from opentelemetry.trace import SpanKind, Tracer, TracerProvider
from opentelemetry.util.types import AttributeValue

from spanwise import unfinished

SCOPE = "spanwise"

Attributes = dict[str, AttributeValue]
Write = Callable[[Attributes], None]
Start = Callable[[str, Context, SpanKind, Attributes], tuple[Any, Write]]


@dataclass(slots=True)
class _Source:
    """Where the tracer comes from: a provider given, one found at the first span, or whatever the API has."""

    tracer: Tracer | None = None
    find: Callable[[], TracerProvider] | None = None
    start: Start | None = None
    """The quick way to start a span, where the tracer allows it."""


_source = _Source()


def tracer() -> Tracer:
    """Give the tracer of Spanwise; before `instrument()` that of the API, which may be a no-op."""
    if _source.tracer is None:
        if _source.find is None:
            return trace.get_tracer(SCOPE)
        _take(_source.find())
    return _source.tracer or trace.get_tracer(SCOPE)


def start_span(name: str, around: Context, kind: SpanKind, attributes: Attributes) -> tuple[Any, Write]:
    """Start a span with attributes that are clean; give it and what sets more of them. The dictionary is given away."""
    made_by = tracer()  # which may be found only now
    if _source.start is not None:
        return _source.start(name, around, kind, attributes)
    span = made_by.start_span(name, around, kind, attributes)
    return span, span.set_attributes


def use(provider: TracerProvider) -> None:
    """Make all further spans with this provider."""
    _source.find = None
    _take(provider)


def use_at_first_span(find: Callable[[], TracerProvider]) -> None:
    """Ask for the provider only when the first span begins, so that one the program sets until then is joined."""
    _source.tracer, _source.start, _source.find = None, None, find


def forget() -> None:
    """Go back to whatever the API has; what is under way ends by itself or not at all."""
    _source.tracer, _source.start, _source.find = None, None, None
    unfinished.UNDER_WAY.clear()


def _take(provider: TracerProvider) -> None:
    from spanwise import quick, tool_spans  # they import the SDK, which only spans need

    tool_spans.see(provider)
    made = provider.get_tracer(SCOPE, version("spanwise"))
    _source.start = quick.maker(made)
    _source.tracer = made
    unfinished.end_at_exit()
