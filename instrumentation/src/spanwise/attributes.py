"""Words a call in the attributes of GenAI: what is asked, and what was answered."""

from collections.abc import Callable

from opentelemetry.context import Context

from spanwise import context as names_context
from spanwise.apis.api import Answer, Api, Asked, estimated_tokens
from spanwise.providers import provider_of
from spanwise.tracer import Attributes
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
_ANSWERED = (
    ("model", "gen_ai.response.model"),
    ("response_id", "gen_ai.response.id"),
    ("status", "gen_ai.response.status"),
    ("cache_read_tokens", "gen_ai.usage.cache_read.input_tokens"),
    ("cache_write_tokens", "gen_ai.usage.cache_write.input_tokens"),
    ("cache_write_1h_tokens", "spanwise.usage.cache_write_1h.input_tokens"),
    ("reasoning_tokens", "gen_ai.usage.reasoning.output_tokens"),
)
_PENDING = ("queued", "in_progress")  # nothing is used yet
_DEFAULT_PORT = {"https": 443, "http": 80}


def of_request(api: Api, asked: Asked, url: Url, around: Context) -> Attributes:
    """Give what is known before the answer, so that a sampler can judge by it."""
    host, port = url.host, url.port or _DEFAULT_PORT.get(url.scheme, 443)
    told: Attributes = {
        "gen_ai.operation.name": asked.operation or api.operation,
        "gen_ai.provider.name": provider_of(host, api.provider, port=port, path=url.path),
        "server.address": host,
        "server.port": port,
        **api.attributes,
        **names_context.names(around),
    }
    if asked.model:
        told["gen_ai.request.model"] = asked.model
    if asked.stream:
        told["gen_ai.request.stream"] = True
    for field, key in _ASKED:
        value = getattr(asked, field)
        if value is not None:
            told[key] = value
    if asked.choice_count is not None and asked.choice_count != 1:
        told["gen_ai.request.choice.count"] = asked.choice_count
    if asked.encoding_formats:
        told["gen_ai.request.encoding_formats"] = asked.encoding_formats
    if asked.conversation is not None:
        told.setdefault(names_context.CONVERSATION, asked.conversation)
    return told


def of_answer(api: Api, answer: Answer) -> Attributes:
    """Give what the answer says of itself, without input and output tokens."""
    told: Attributes = {}
    for field, key in _ANSWERED:
        value = getattr(answer, field)
        if value is not None:
            told[key] = value
    if answer.finish_reasons:
        told["gen_ai.response.finish_reasons"] = tuple(answer.finish_reasons.values())
    if answer.service_tier is not None:
        own = "openai.api.type" in api.attributes
        told["openai.response.service_tier" if own else "spanwise.response.service_tier"] = answer.service_tier
    return told


def of_usage(answer: Answer, *, used: bool, stream: bool, input_bytes: Callable[[], int]) -> Attributes:
    """Give input and output tokens; where tokens were `used` and not told they are estimated, and marked so."""
    told: Attributes = {}
    given, made = answer.input_tokens, answer.output_tokens
    broken = not (answer.finished or answer.finish_reasons)
    unsaid = given is None or (made is None and answer.output_bytes > 0)  # embeddings have no output to tell
    if used and (broken or unsaid) and answer.status not in _PENDING:
        told["spanwise.usage.estimated"] = True
        given = estimated_tokens(input_bytes()) if given is None else given
        if made is not None or answer.output_bytes or stream:
            made = max(made or 0, estimated_tokens(answer.output_bytes))
    if given is not None:
        told["gen_ai.usage.input_tokens"] = given
    if made is not None:
        told["gen_ai.usage.output_tokens"] = made
    return told
