"""One attempt at a model call: its span, from the request's leaving to the answer's end."""

from collections.abc import Mapping
from functools import partial
from time import perf_counter_ns

from opentelemetry.context import Context
from opentelemetry.trace import NonRecordingSpan, SpanContext, SpanKind, Status, StatusCode

from spanwise import attributes as wording
from spanwise import context as names_context
from spanwise import digests, guard, ratelimit, retries
from spanwise.apis.api import PENDING, Answer, Api, Asked
from spanwise.apis.turns import Turns, goes_on, read_turns
from spanwise.background import RESPONSES, Queued
from spanwise.budget import BUDGETS
from spanwise.content import capture
from spanwise.content.kept import Kept
from spanwise.conversations import CONVERSATIONS, TALKS
from spanwise.inferred import CALLS
from spanwise.later import LATER, Follow
from spanwise.stops import LISTENER
from spanwise.tracer import Attributes, start_span, tracer
from spanwise.unfinished import UNDER_WAY

_RESENDS = "http.request.resend_count"
_MOST_PIECES = 4_096  # of a stream, from the first tool call on
_NOTHING: Mapping[str, str] = {}


class Attempt:
    """The span of one attempt and what is known of its answer; ends once, whoever comes first."""

    __slots__ = (
        "_alone",
        "_around",
        "_body",
        "_calling",
        "_ended_ns",
        "_estimates",
        "_first_chunk_ns",
        "_kept",
        "_parent",
        "_resends",
        "_run",
        "_settled",
        "_span",
        "_started_ns",
        "_turns",
        "_unread",
        "_where",
        "_write",
        "answer",
        "api",
        "ended",
        "headers",
        "streams",
    )

    def __init__(
        self, api: Api, asked: Asked, body: bytes, attributes: Attributes, around: Context, resends: int = 0
    ) -> None:
        """Begin; `resends` is how many attempts the SDK says went before."""
        if resends:
            attributes[_RESENDS] = resends
        self.api = api
        self.answer = Answer()
        self.ended = False
        """Whether the span has ended."""
        self.streams = asked.stream
        """Whether a stream was asked for, or has begun."""
        self._body = body
        self._calling: bytes | list[bytes] = b""
        self._estimates = False
        self._first_chunk_ns: int | None = None
        self._kept: Kept | None = None
        self._settled = False
        self._unread: bytes | None = None
        self.headers: Mapping[str, str] = _NOTHING
        """Those of the response, which tell of rate limits and cost."""
        self._parent = parent = names_context.parent(around) if around else None
        self._where = attributes
        self._resends: int = self._repeats(attributes, resends) if retries.FAILURES else resends
        operation = asked.operation or api.operation
        self._turns: Turns | bytes = body
        self._alone = asked if parent is None and operation in TALKS else None
        self._run = parent if self._alone is None else self._joined(asked, body)
        """What is around the call, or the run that it goes on with; None where it begins one."""
        if BUDGETS.on:
            self._let_leave()
        self._around = around if self._run is parent else _below(self._run, around)
        name = f"{operation} {asked.model}" if asked.model else operation
        self._span, self._write = start_span(name, self._around, self._run, SpanKind.CLIENT, attributes)
        self._started_ns = perf_counter_ns()  # the first span of a process may have to build the provider
        UNDER_WAY.add(self)
        if capture.STATE.on or asked.tool_results:
            self._begun(asked)

    def _let_leave(self) -> None:
        """Raise `RunStopped` where the run is not to go on; nothing has begun yet."""
        LISTENER.called()
        if self._run is not None:
            BUDGETS.check(self._run.trace_id)

    @guard.guarded  # the span has begun, and must end whatever happens here
    def _begun(self, asked: Asked) -> None:
        self._kept = capture.begin(self._span) if capture.STATE.on else None
        if asked.tool_results and (started_ns := getattr(self._span, "start_time", None)) is not None:
            said = capture.results(self._kept, self.api, self._body)
            CALLS.returned(asked.tool_results, self._trace_id(), self._above().trace_id, tracer(), started_ns, said)

    def context(self) -> Context:
        """Give the context in which the request leaves: whatever is traced below it becomes a child."""
        return Context({**self._around, names_context.SPAN_KEY: self._span})

    def fold_body(self, body: bytes) -> None:
        """Fold a whole response and end; what is no response of this API is an error."""
        if self._kept is not None:
            self._kept.add_body(body)
        if self._may_wait() and (may_wait := getattr(self.api, "may_wait", None)) and may_wait(body) is True:
            self._unread = body
            self.end()
        else:
            self.end(self._read_body(body))

    def _read_body(self, body: bytes) -> str | None:
        """Fold the whole response; give the error that it is."""
        self._unread = None
        self._estimates = self.api.fold_body(body, self.answer)
        if self.answer.tool_calls:
            self._calling = body
        return None if self._estimates else self.answer.error_type or "invalid_response"

    def begin_stream(self) -> None:
        """Note that a stream of events has begun: from here on tokens are used, reported or not."""
        self._estimates = True
        if not self.streams:  # asked for by the path or by a header
            self.streams = True
            self._span.set_attribute("gen_ai.request.stream", True)

    def fold_event(self, data: bytes, *, live: bool = True) -> bool:
        """Fold one stream event; True where the caller must not see it. A finished answer ends the span."""
        answer = self.answer
        if self._kept is not None:
            self._kept.add(data)
        extra = self.api.fold_event(data, answer)
        if answer.tool_calls:
            self._calls_with(data)
        if self._first_chunk_ns is None and live and answer.output_bytes:
            self._first_chunk_ns = perf_counter_ns()
        if answer.finished:
            self.end()
        return extra

    def _calls_with(self, data: bytes) -> None:
        """Keep a piece of a stream from which on tools are called, as far as it is worth reading."""
        if not isinstance(self._calling, list):
            self._calling = []
        if len(self._calling) < _MOST_PIECES:
            self._calling.append(data)

    def end_of_stream(self) -> None:
        """End after the last byte; a stream that stopped before its answer did is an error."""
        said_all = self.answer.finished or self.answer.finish_reasons or self.answer.error_type
        self.end(None if said_all else "incomplete_stream")

    def leave_to_parent(self) -> None:
        """Count as ended, in a forked child: the span is the parent's."""
        self.ended = True

    def end(self, error_type: str | None = None) -> None:
        """End the span with what is known by now."""
        if self.ended:
            return
        self.ended = True
        UNDER_WAY.discard(self)
        error_type, late = error_type or self.answer.error_type, False
        self._ended_ns = perf_counter_ns()
        span = self._span
        try:
            if error_type is None:
                late = self._unread is not None or (self._may_wait() and not self._acts())
            if late:
                span.late = self
                kept_bytes = self._kept.size if self._kept is not None else 0
                LATER.put(self, len(self._body) + len(self._unread or b"") + kept_bytes)
            elif span.is_recording():
                if error_type is not None:
                    span.set_status(Status(StatusCode.ERROR))
                self._tell_answer(error_type)
        finally:
            span.end()
        if BUDGETS.on:
            self._count()
        if not late:
            self._follow(error_type)
            if self._alone is not None and error_type is None:
                LATER.put(self, len(self._body))

    def _acts(self) -> bool:
        """Say whether the answer is one that later calls have to do with: it calls tools, or has not ended."""
        return bool(self.answer.tool_calls) or self.answer.status in PENDING

    @guard.guarded
    def _count(self) -> None:
        """Count what the call used against the budget of its run."""
        calls = tuple(call.name for call in self.answer.tool_calls.values())
        digested = digests.of_calls(self.api, self._calling, self._body) if self._calling else {}
        told = frozenset(zip(calls, digested.values(), strict=True)) if calls and len(calls) == len(digested) else None
        model = self._where.get("gen_ai.request.model")
        BUDGETS.used(self._above().trace_id, None if model is None else str(model), self.answer, told)

    def _may_wait(self) -> bool:
        """Say whether nobody has to know at once what there is to tell of the answer."""
        if BUDGETS.on:
            return False
        return getattr(self._span, "late", self) is None and (self._kept is None or capture.may_wait())

    def settle(self) -> Follow | None:
        """Tell the answer where that was put off, and remember what was said."""
        if self._settled:
            return None
        self._settled = True
        error_type, follow = None, None
        if getattr(self._span, "late", None) is self:
            try:
                error_type = self.answer.error_type if self._unread is None else self._read_body(self._unread)
                self._tell_answer(error_type)
            finally:
                self._span.told(failed=error_type is not None)
            follow = partial(self._follow, error_type) if error_type is not None or self._acts() else None
        if self._alone is not None and error_type is None:
            CONVERSATIONS.answered(self.api, self._alone, self._turns, self.answer, self._above(), self._ended_ns)
        return follow

    def _tell_answer(self, error_type: str | None) -> None:
        """Tell the answer on the span."""
        self._write(self._told(error_type))
        if self._kept is not None:
            capture.tell(self._kept, self.api, self._body, self._span, self._write)

    @guard.guarded  # later it is called by nobody who would take a fault
    def _follow(self, error_type: str | None) -> None:
        """Remember what later calls may have to do with."""
        if error_type is not None and self._body:
            retries.failed(self._repeat_key(), error_type, self._resends + 1)
        if self.answer.status in PENDING and self.answer.response_id is not None:
            self._queue(self.answer.response_id)
        if self.answer.tool_calls and (ended_ns := getattr(self._span, "end_time", None)) is not None:
            self._ask(ended_ns)

    def _told(self, error_type: str | None) -> Attributes:
        answer = self.answer
        told: Attributes = {**(ratelimit.limits(self.headers) or _NOTHING)}
        wording.tell_answer(self.api, answer, told)
        if self._first_chunk_ns is not None:
            told["gen_ai.response.time_to_first_chunk"] = (self._first_chunk_ns - self._started_ns) / 1e9
        if error_type is not None:
            told["error.type"] = error_type
        wording.tell_usage(answer, told, used=self._estimates, stream=self.streams, input_bytes=self._input_bytes)
        return told

    def _input_bytes(self) -> int:
        return self.api.input_bytes(self._body)

    def _repeats(self, attributes: Attributes, said: int) -> int:
        """Say what the attempt repeats: as often as the SDK says or we saw, whichever is more, and why."""
        failure = retries.repeated(self._repeat_key())
        if failure is None:
            return said
        attributes["spanwise.retry.reason"] = failure.reason
        resends = max(said, failure.resends)  # where one layer retries above another, the lower one counts anew
        attributes[_RESENDS] = resends
        return resends

    def _repeat_key(self) -> retries.Key:
        span_id = 0 if self._parent is None else self._parent.span_id
        return span_id, self._where.get("server.address"), self._where.get("server.port"), hash(self._body)

    def _joined(self, asked: Asked, body: bytes) -> SpanContext | None:
        """Give the run that the call continues: nothing else is around it."""
        self.answer.said = []
        run = CALLS.run_of(asked.tool_results) if asked.tool_results else None
        turns = read_turns(body) if goes_on(self.api, body) else None
        if turns is not None:
            self._turns = turns
        if run is None and (turns or asked.previous_response is not None or asked.conversation is not None):
            run = CONVERSATIONS.run_of(asked, turns)
        return run if run is not None and run.is_valid else None

    def _above(self) -> SpanContext:
        """Give what the run's other spans stand below: what is around the call, or its own span, the first of a run."""
        return self._run or self._span.get_span_context()

    def _ask(self, at_ns: int) -> None:
        names = names_context.names(self._around)
        arguments = self._kept.calls if self._kept is not None else {}
        digested = digests.of_calls(self.api, self._calling, self._body) if self._calling else {}
        self._calling = b""
        CALLS.ask(self.answer.tool_calls.values(), self._trace_id(), self._above(), names, at_ns, arguments, digested)

    def _queue(self, response_id: str) -> None:
        """Remember a response that goes on in the background, for who asks for it later."""
        attributes: Attributes = getattr(self._span, "attributes", None) or {}
        model = attributes.get("gen_ai.request.model")
        begun, names = self._span.get_span_context(), names_context.names(self._around)
        RESPONSES.queue(response_id, Queued(self.api, str(model) if model else None, begun, self._above(), names))

    def _trace_id(self) -> int:
        return self._parent.trace_id if self._parent is not None else 0


def _below(run: SpanContext | None, around: Context) -> Context:
    return around if run is None else names_context.with_span(NonRecordingSpan(run), around)
