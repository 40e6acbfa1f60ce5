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

    __slots__ = ("_all", "_known", "ended", "ending", "started")

    def __init__(self, processor: Any) -> None:
        self._all = processor if type(processor) is sdk.SynchronousMultiSpanProcessor else None
        self._known: tuple[Any, ...] = ()
        self.started, self.ending, self.ended = _busy((processor,))
        self.refresh()

    def refresh(self) -> None:
        """Look whether a processor was added: the SDK then makes a new tuple of them."""
        if self._all is not None and self._all._span_processors is not self._known:
            found = self._all._span_processors
            self.started, self.ending, self.ended = _busy(found)
            self._known = found


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
