"""A span of the SDK that makes its rarely used parts only when they are used."""

# pyright: reportPrivateUsage=false
# ruff: noqa: ANN401, SLF001  what a span of the SDK holds is private to it

from collections.abc import Mapping
from time import time_ns  # noqa: TID251  the clock that the SDK reads for its spans
from typing import Any

from opentelemetry.attributes import BoundedAttributes
from opentelemetry.sdk import trace as sdk
from opentelemetry.trace import SpanContext, Status, StatusCode

from spanwise.later import LATER, Late
from spanwise.span_sinks import Sinks

_RECORDED_ALIKE = ("_events", "_links", "_instrumentation_info", "_instrumentation_scope")


class QuickSpan(sdk._Span):
    """A span whose events, links and bounds of attributes do not exist until something is added.

    What all spans of a tracer hold alike stands on a class of that tracer's own; its record, once ended, likewise.
    A span that waits is told by `late` when somebody asks for its attributes or its status.
    """

    _sinks: Sinks
    _record: type[sdk.ReadableSpan]
    _waiting: type[sdk.ReadableSpan]
    late: Late | None = None
    held: Any
    """The attributes as far as they are told."""
    state: Status
    """The status, likewise."""

    @staticmethod
    def of_tracer(alike: Mapping[str, Any], sinks: Sinks) -> "type[QuickSpan]":
        """Give the class of a tracer's spans; `alike` is what a fresh span of the SDK holds."""
        empty = {**alike, "_events": (), "_links": ()}
        status = empty.pop("_status")
        told = {name: empty[name] for name in _RECORDED_ALIKE}
        record = type("ReadableSpan", (sdk.ReadableSpan,), told)
        waiting = type("ReadableSpan", (_Waiting, sdk.ReadableSpan), told)
        own = {"state": status, "_sinks": sinks, "_record": record, "_waiting": waiting}
        return type("_Span", (QuickSpan,), {**empty, **own})

    _context: SpanContext

    @property
    def _attributes(self) -> Any:
        if self.late is not None:
            LATER.settle_one(self.late)
        return self.held

    @_attributes.setter
    def _attributes(self, attributes: Any) -> None:
        self.held = attributes

    @property
    def _status(self) -> Status:
        if self.late is not None:
            LATER.settle_one(self.late)
        return self.state

    @_status.setter
    def _status(self, status: Status) -> None:
        self.state = status

    def told(self, *, failed: bool) -> None:
        """Wait no more; the attributes are told, and whether the call failed."""
        if failed:
            self.state = Status(StatusCode.ERROR)
        self.late = None

    def get_span_context(self) -> SpanContext:
        """Give the ids, without the SDK's cast."""
        return self._context

    def set_attributes(self, attributes: Mapping[str, Any]) -> None:
        """Set attributes as the SDK does, which cleans and counts them."""
        self._bound()
        super().set_attributes(attributes)

    def set_attribute(self, key: str, value: Any) -> None:
        """Set one attribute as the SDK does, which cleans and counts it."""
        self._bound()
        super().set_attribute(key, value)

    def _add_event(self, event: Any) -> None:
        vars(self).setdefault("_events", self._new_events())
        super()._add_event(event)

    def _add_link(self, link: Any) -> None:
        vars(self).setdefault("_links", self._new_links(()))
        super()._add_link(link)

    def end(self, end_time: int | None = None) -> None:
        """End as the SDK does: once, with a record of the span for the processors."""
        span: Any = self
        with self._lock:
            ends = span._end_time is None
            if ends:
                span._end_time = time_ns() if end_time is None else end_time
                if type(self.held) is BoundedAttributes:
                    self.held._immutable = True
        if not ends:
            super().end(end_time)  # which warns
            return
        if self._record_end_metrics is not None:
            self._record_end_metrics()
        sinks = self._sinks
        if sinks.held is not sinks.source._span_processors:
            sinks.refresh()
        for tell in sinks.ending:
            tell(self)
        if sinks.ended:
            record = self._readable_span()
            for tell in sinks.ended:
                tell(record)

    def _readable_span(self) -> sdk.ReadableSpan:
        span: Any = self
        waits = self.late is not None
        record: Any = object.__new__(self._waiting if waits else self._record)
        record._name = span._name
        record._context = span._context
        record._parent = span._parent
        record._kind = span._kind
        record._resource = span._resource
        record._start_time = span._start_time
        record._end_time = span._end_time
        if waits:
            record._span = self
        else:
            record._attributes = self.held
            record._status = self.state
        if span._events:
            record._events = span._events
        if span._links:
            record._links = span._links
        return record

    def _bound(self) -> None:
        """Put the attributes into the SDK's own mapping, once; what writes to them directly still does."""
        span: Any = self
        with self._lock:
            if type(self.held) is dict:
                ended = span._end_time is not None
                bounded: Any = BoundedAttributes(self._limits.max_span_attributes, immutable=ended)
                bounded._dict = span.held
                span.held = bounded


def _of_span(name: str) -> property:
    """Give what a span tells, unless something was put in its place."""

    def get(record: Any) -> Any:
        own: dict[str, Any] = record.__dict__
        return own[name] if name in own else getattr(own["_span"], name)

    def put(record: Any, value: Any) -> None:
        vars(record)[name] = value

    return property(get, put)


class _Waiting:
    """The record of a span that waits."""

    _attributes = _of_span("_attributes")
    _status = _of_span("_status")

    def __getstate__(self) -> dict[str, Any]:
        """Give what a copy holds, which does not wait."""
        own = {**vars(self), "_attributes": self._attributes, "_status": self._status}
        del own["_span"]
        return own
