"""A request for a response that was made in the background: traced where it is the first to see the end of that."""

from time import perf_counter_ns, time_ns  # noqa: TID251  the clock that the SDK reads for its spans
from typing import Final

from opentelemetry.context import Context
from opentelemetry.trace import (
    INVALID_SPAN,
    Link,
    NonRecordingSpan,
    SpanKind,
    Status,
    StatusCode,
    get_current_span,
    set_span_in_context,
)
from typing_extensions import override

from spanwise.apis.api import PENDING, Answer, Api, Asked
from spanwise.attempt import Attempt
from spanwise.attributes import of_request
from spanwise.background import RESPONSES, Queued
from spanwise.content import capture
from spanwise.content.kept import Kept
from spanwise.target import aim
from spanwise.tracer import Attributes, tracer
from spanwise.url import Address

OPERATION: Final = "fetch_response"


class Fetch(Attempt):
    """Folds what is told of a response; asking for one that has not ended, or was told already, leaves no span."""

    __slots__ = ("_attributes", "_id")

    def __init__(  # pyright: ignore[reportMissingSuperCall]  no span begins before the end of the response is seen
        self, response_id: str, api: Api, url: Address, around: Context
    ) -> None:
        self.api = api
        self.answer = Answer()
        self._alone = None
        self._around = around
        self._attributes: Attributes = of_request(aim(api, url), Asked(operation=OPERATION), around)
        self._body = b""
        self.ended = False
        self._estimates = False
        self._first_chunk_ns = None
        self._id = response_id
        self._kept = Kept() if capture.STATE.on else None
        self.headers = {}
        self._span = INVALID_SPAN
        self._started_ns = perf_counter_ns()
        self.streams = False

    @override
    def context(self) -> Context:
        return self._around

    @override
    def end(self, error_type: str | None = None) -> None:
        """Tell the end of the response once, and all that it used: nothing was told when it was begun."""
        if self.ended:
            return
        self.ended = True
        answer = self.answer
        if not answer.finish_reasons or answer.status in PENDING:
            return
        queued = RESPONSES.end(self._id)
        if queued is not None:
            self._tell(queued, answer.error_type or error_type)

    def _tell(self, queued: Queued, error_type: str | None) -> None:
        self._estimates = False  # what was read and written is not in this exchange
        self.answer.status = self.answer.status or "completed"
        attributes = {**queued.names, **self._attributes, **self._told(error_type)}
        if queued.model is not None:
            attributes["gen_ai.request.model"] = queued.model
        alone = not get_current_span(self._around).get_span_context().is_valid
        around = set_span_in_context(NonRecordingSpan(queued.run), self._around) if alone else self._around
        start_ns = time_ns() - (perf_counter_ns() - self._started_ns)
        span = tracer().start_span(
            OPERATION, around, SpanKind.CLIENT, attributes, (Link(queued.begun),), start_time=start_ns
        )
        try:
            if error_type is not None:
                span.set_status(Status(StatusCode.ERROR))
            if self._kept is not None and span.is_recording():
                capture.tell(self._kept, self.api, self._body, span, span.set_attributes)
        finally:
            span.end()
