"""A stream that another's span stands for: told there is the usage that only we asked for."""

from collections.abc import Mapping
from time import perf_counter_ns
from typing import Any, Final

from opentelemetry.context import Context
from opentelemetry.trace import Span, SpanKind, Status, StatusCode
from typing_extensions import override

from spanwise.apis.api import Answer, Api, Asked
from spanwise.attempt import Attempt
from spanwise.tracer import Attributes, tracer

_KIND: Final = "openinference.span.kind"
_OPENINFERENCE: Final = {
    "gen_ai.usage.input_tokens": "llm.token_count.prompt",
    "gen_ai.usage.output_tokens": "llm.token_count.completion",
    "gen_ai.usage.cache_read.input_tokens": "llm.token_count.prompt_details.cache_read",
    "gen_ai.usage.cache_write.input_tokens": "llm.token_count.prompt_details.cache_write",
    "gen_ai.usage.reasoning.output_tokens": "llm.token_count.completion_details.reasoning",
}


class Beside(Attempt):
    """Folds a stream for the span of another; where that one ended before the stream did, a span of ours tells it."""

    __slots__ = ("_attributes",)

    def __init__(
        self, api: Api, asked: Asked, body: bytes, attributes: Attributes, around: Context, span: Span
    ) -> None:  # pyright: ignore[reportMissingSuperCall]  no span of ours begins
        self.api = api
        self.answer = Answer()
        self._alone = None
        self._around = around
        self._attributes = attributes
        self._body = body
        self._calling = b""
        self.ended = False
        self._estimates = False
        self._first_chunk_ns = None
        self._kept = None
        self.headers: Mapping[str, str] = {}
        self._span = span
        self._started_ns = perf_counter_ns()
        self.streams = asked.stream

    @override
    def context(self) -> Context:
        return self._around

    @override
    def end(self, error_type: str | None = None) -> None:
        """Tell the usage once, in the words of the span; what else there is to tell is the other's."""
        if self.ended:
            return
        self.ended = True
        told = self._told(error_type or self.answer.error_type)
        if not self._span.is_recording():
            self._tell_ourselves(told)
            return
        theirs: Any = getattr(self._span, "attributes", None) or {}
        names = _OPENINFERENCE if self._speaks_openinference() else dict.fromkeys(_OPENINFERENCE)
        for name, other in names.items():
            if name in told and (other or name) not in theirs and self.answer.input_tokens is not None:
                self._span.set_attribute(other or name, told[name])

    def _speaks_openinference(self) -> bool:
        held: Any = getattr(self._span, "_self_important_attributes", None) or {}
        return _KIND in (getattr(self._span, "attributes", None) or {}) or _KIND in held

    def _tell_ourselves(self, told: Attributes) -> None:
        model = self._attributes.get("gen_ai.request.model")
        operation = str(self._attributes.get("gen_ai.operation.name", self.api.operation))
        name = f"{operation} {model}" if model else operation
        attributes = {**self._attributes, **told}
        began_ns = getattr(self._span, "start_time", None)  # of the other, which began just before
        span = tracer().start_span(name, self._around, SpanKind.CLIENT, attributes, start_time=began_ns)
        if "error.type" in told:
            span.set_status(Status(StatusCode.ERROR))
        span.end()
