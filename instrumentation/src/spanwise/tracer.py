"""Hands out the one tracer that all our spans are made with, and starts the spans of model calls."""

import os
import threading
from collections.abc import Callable
from dataclasses import dataclass
from importlib.metadata import version
from typing import Any

from opentelemetry import trace
from opentelemetry.context import Context
from opentelemetry.trace import SpanContext, SpanKind, Tracer, TracerProvider
from opentelemetry.util.types import AttributeValue

from spanwise import unfinished

# pyright: reportPrivateUsage=false
SCOPE = "spanwise"

Attributes = dict[str, AttributeValue]
Write = Callable[[Attributes], None]
Start = Callable[[str, Context, SpanContext | None, SpanKind, Attributes], tuple[Any, Write]]


@dataclass(slots=True)
class _Source:
    """Where the tracer comes from: a provider given, one found at the first span, or whatever the API has."""

    tracer: Tracer | None = None
    find: Callable[[], TracerProvider] | None = None
    start: Start | None = None
    """The quick way to start a span, where the tracer allows it."""
    offered: TracerProvider | None = None
    """A provider of ours that is the program's until it sets one of its own."""


_source = _Source()
_lock = threading.RLock()  # the first spans of several threads must not build a provider each
os.register_at_fork(before=_lock.acquire, after_in_parent=_lock.release, after_in_child=_lock.release)


def tracer() -> Tracer:
    """Give the tracer of Spanwise; before `instrument()` that of the API, which may be a no-op."""
    if _source.offered is not None and trace._TRACER_PROVIDER is not _source.offered:  # noqa: SLF001
        _source.offered = None
        _take(trace.get_tracer_provider())  # the program has set its own since
    if _source.tracer is None:
        with _lock:
            if _source.tracer is None and _source.find is not None:
                _take(_source.find())
    return _source.tracer or trace.get_tracer(SCOPE)


def start_span(
    name: str, around: Context, parent: SpanContext | None, kind: SpanKind, attributes: Attributes
) -> tuple[Any, Write]:
    """Start a span with attributes that are clean; give it and what sets more of them. The dictionary is given away.

    `parent` is the span in the context, where that has ids.
    """
    if _source.offered is None and _source.start is not None:
        return _source.start(name, around, parent, kind, attributes)
    made_by = tracer()  # which may be found only now
    if _source.start is not None:
        return _source.start(name, around, parent, kind, attributes)
    span = made_by.start_span(name, around, kind, attributes)
    return span, span.set_attributes


def use(provider: TracerProvider) -> None:
    """Make all further spans with this provider."""
    _source.find = None
    _take(provider)


def use_at_first_span(find: Callable[[], TracerProvider]) -> None:
    """Ask for the provider only when the first span begins, so that one the program sets until then is joined."""
    _source.tracer, _source.start, _source.find = None, None, find


def offer(provider: TracerProvider) -> None:
    """Make a provider of ours the program's, which may still set its own: from then on that one is joined.

    `trace.set_tracer_provider` would let nobody set another after it.
    """
    trace._TRACER_PROVIDER = provider  # noqa: SLF001
    _source.offered = provider


def withdraw() -> None:
    """Take back what was offered, where the program has not set its own."""
    if _source.offered is not None and trace._TRACER_PROVIDER is _source.offered:  # noqa: SLF001
        trace._TRACER_PROVIDER = None  # noqa: SLF001
    _source.offered = None


def forget() -> None:
    """Go back to whatever the API has; what is under way ends by itself or not at all."""
    _source.tracer, _source.start, _source.find = None, None, None
    unfinished.forget()


def _take(provider: TracerProvider) -> None:
    from spanwise import quick, tool_spans  # they import the SDK, which only spans need

    tool_spans.see(provider)
    made = provider.get_tracer(SCOPE, version("spanwise"))
    _source.start = quick.maker(made)
    _source.tracer = made
    unfinished.end_at_exit()
