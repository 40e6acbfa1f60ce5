"""Tells the processors of a provider of a span, but for those that take no notice."""

# pyright: reportPrivateUsage=false
# ruff: noqa: ANN401, SLF001  the list of processors, and what they do at a span's ending, are private to the SDK

from collections.abc import Callable
from typing import Any

from opentelemetry.sdk import trace as sdk

from spanwise.tool_spans import ToolSpans

Tell = list[Callable[..., None]]


class Sinks:
    """The methods of the processors that do something with the span of a model call."""

    __slots__ = ("ended", "ending", "held", "source", "started")

    def __init__(self, processor: Any) -> None:
        several = type(processor) is sdk.SynchronousMultiSpanProcessor
        self.source: Any = processor if several else _Alone(processor)
        """Where the processors are, in `_span_processors`."""
        self.refresh()

    def refresh(self) -> None:
        """Take the processors as they are now; to be called where `held` is not the source's tuple any more.

        The SDK makes a new tuple of them when one is added.
        """
        self.held: tuple[Any, ...] = self.source._span_processors
        self.started, self.ending, self.ended = _busy(self.held)


class _Alone:
    """A processor that takes care of others by itself, or has none."""

    __slots__ = ("_span_processors",)

    def __init__(self, processor: Any) -> None:
        self._span_processors = (processor,)


def _busy(processors: tuple[Any, ...]) -> tuple[Tell, Tell, Tell]:
    return (
        [sink.on_start for sink in processors if not _idle(sink.on_start)],
        [sink._on_ending for sink in processors if not _idle(sink._on_ending)],
        [sink.on_end for sink in processors if not (isinstance(sink, ToolSpans) or _idle(sink.on_end))],
    )


def _empty() -> None:
    pass


def _told_empty() -> None:
    """Do nothing."""


_EMPTY = {function.__code__.co_code for function in (_empty, _told_empty)}


def _idle(method: Any) -> bool:
    """Say whether a method has an empty body."""
    code = getattr(getattr(method, "__func__", None), "__code__", None)
    return code is not None and code.co_code in _EMPTY
