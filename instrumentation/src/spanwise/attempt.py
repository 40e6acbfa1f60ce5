"""One attempt at a model call: its span, from the request's leaving to the answer's end."""

from time import perf_counter_ns

from opentelemetry.context import Context
from opentelemetry.trace import SpanKind, Status, StatusCode, set_span_in_context
from opentelemetry.util.types import AttributeValue

from spanwise import context as names_context
from spanwise.apis.api import Answer, Api, Asked, estimated_tokens
from spanwise.providers import provider_of
from spanwise.tracer import tracer
from spanwise.url import Url

_ASKED = (
    ("max_tokens", "gen_ai.request.max_tokens"),
    ("temperature", "gen_ai.request.temperature"),
    ("top_p", "gen_ai.request.top_p"),
    ("seed", "gen_ai.request.seed"),
    ("reasoning_level", "gen_ai.request.reasoning.level"),
    ("dimensions", "gen_ai.embeddings.dimension.count"),
    ("previous_response", "gen_ai.request.previous_response.id"),
)
_PENDING = ("queued", "in_progress")  # nothing is used yet
_DEFAULT_PORT = {"https": 443, "http": 80}


class Attempt:
    """The span of one attempt and what is known of its answer; ends once, whoever comes first."""

    __slots__ = (
        "_around",
        "_body",
        "_ended",
        "_estimates",
        "_first_chunk_ns",
        "_span",
        "_started_ns",
        "_stream",
        "answer",
        "api",
    )

    def __init__(
        self, api: Api, asked: Asked, body: bytes, attributes: dict[str, AttributeValue], around: Context
    ) -> None:
        self.api = api
        self._around = around
        self._body = body
        self._estimates = False
        self.answer = Answer()
        self._ended = False
        self._first_chunk_ns: int | None = None
        self._stream = asked.stream
        operation = asked.operation or api.operation
        name = f"{operation} {asked.model}" if asked.model else operation
        self._span = tracer().start_span(name, around, SpanKind.CLIENT, attributes)
        self._started_ns = perf_counter_ns()  # the first span of a process may have to build the provider

    @property
    def ended(self) -> bool:
        """Whether the span has ended."""
        return self._ended

    @property
    def streams(self) -> bool:
        """Whether a stream was asked for, or has begun."""
        return self._stream

    def context(self) -> Context:
        """Give the context in which the request leaves: whatever is traced below it becomes a child."""
        return set_span_in_context(self._span, self._around)

    def fold_body(self, body: bytes) -> None:
        """Fold a whole response and end; what is no response of this API is an error."""
        self._estimates = self.api.fold_body(body, self.answer)
        self.end(None if self._estimates else self.answer.error_type or "invalid_response")

    def begin_stream(self) -> None:
        """Note that a stream of events has begun: from here on tokens are used, reported or not."""
        self._estimates = True
        if not self._stream:  # asked for by the path or by a header
            self._stream = True
            self._span.set_attribute("gen_ai.request.stream", True)

    def fold_event(self, data: bytes, *, live: bool = True) -> bool:
        """Fold one stream event; True where the caller must not see it. A finished answer ends the span."""
        answer = self.answer
        extra = self.api.fold_event(data, answer)
        if self._first_chunk_ns is None and live and answer.output_bytes:
            self._first_chunk_ns = perf_counter_ns()
        if answer.finished:
            self.end()
        return extra

    def end_of_stream(self) -> None:
        """End after the last byte; a stream that stopped before its answer did is an error."""
        said_all = self.answer.finished or self.answer.finish_reasons or self.answer.error_type
        self.end(None if said_all else "incomplete_stream")

    def end(self, error_type: str | None = None) -> None:
        """End the span with what is known by now."""
        if self._ended:
            return
        self._ended = True
        error_type = error_type or self.answer.error_type
        span = self._span
        if span.is_recording():
            span.set_attributes(self._told(error_type))
            if error_type is not None:
                span.set_status(Status(StatusCode.ERROR))
        span.end()

    def _told(self, error_type: str | None) -> dict[str, AttributeValue]:
        answer = self.answer
        told: dict[str, AttributeValue] = {}
        if answer.model is not None:
            told["gen_ai.response.model"] = answer.model
        if answer.response_id is not None:
            told["gen_ai.response.id"] = answer.response_id
        if answer.finish_reasons:
            told["gen_ai.response.finish_reasons"] = list(answer.finish_reasons.values())
        if self._first_chunk_ns is not None:
            told["gen_ai.response.time_to_first_chunk"] = (self._first_chunk_ns - self._started_ns) / 1e9
        if answer.status is not None:
            told["gen_ai.response.status"] = answer.status
        if answer.service_tier is not None:
            own = "openai.api.type" in self.api.attributes
            told["openai.response.service_tier" if own else "spanwise.response.service_tier"] = answer.service_tier
        if error_type is not None:
            told["error.type"] = error_type
        self._tell_usage(told)
        return told

    def _tell_usage(self, told: dict[str, AttributeValue]) -> None:
        answer = self.answer
        given, made = answer.input_tokens, answer.output_tokens
        broken = not (answer.finished or answer.finish_reasons)
        unsaid = given is None or (made is None and answer.output_bytes > 0)  # embeddings have no output to tell
        if self._estimates and (broken or unsaid) and answer.status not in _PENDING:
            told["spanwise.usage.estimated"] = True
            given = estimated_tokens(self.api.input_bytes(self._body)) if given is None else given
            if made is not None or answer.output_bytes or self._stream:
                made = max(made or 0, estimated_tokens(answer.output_bytes))
        if given is not None:
            told["gen_ai.usage.input_tokens"] = given
        if made is not None:
            told["gen_ai.usage.output_tokens"] = made
        if answer.cache_read_tokens is not None:
            told["gen_ai.usage.cache_read.input_tokens"] = answer.cache_read_tokens
        if answer.cache_write_tokens is not None:
            told["gen_ai.usage.cache_write.input_tokens"] = answer.cache_write_tokens
        if answer.cache_write_1h_tokens is not None:
            told["spanwise.usage.cache_write_1h.input_tokens"] = answer.cache_write_1h_tokens
        if answer.reasoning_tokens is not None:
            told["gen_ai.usage.reasoning.output_tokens"] = answer.reasoning_tokens


def start_attributes(api: Api, asked: Asked, url: Url, around: Context) -> dict[str, AttributeValue]:
    """Give what is known before the answer, so that a sampler can judge by it."""
    host, port = url.host, url.port or _DEFAULT_PORT.get(url.scheme, 443)
    attributes: dict[str, AttributeValue] = {
        "gen_ai.operation.name": asked.operation or api.operation,
        "gen_ai.provider.name": provider_of(host, api.provider, port=port, path=url.path),
        "server.address": host,
        "server.port": port,
        **api.attributes,
        **names_context.names(around),
    }
    if asked.model:
        attributes["gen_ai.request.model"] = asked.model
    if asked.stream:
        attributes["gen_ai.request.stream"] = True
    for field, key in _ASKED:
        value = getattr(asked, field)
        if value is not None:
            attributes[key] = value
    if asked.choice_count is not None and asked.choice_count != 1:
        attributes["gen_ai.request.choice.count"] = asked.choice_count
    if asked.encoding_formats:
        attributes["gen_ai.request.encoding_formats"] = asked.encoding_formats
    if asked.conversation is not None:
        attributes.setdefault(names_context.CONVERSATION, asked.conversation)
    return attributes
