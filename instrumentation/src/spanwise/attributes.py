"""Words a call in the attributes of GenAI: what is asked, and what was answered."""

from collections.abc import Callable

from opentelemetry.context import Context

from spanwise import context as names_context
from spanwise.apis.api import PENDING, Answer, Api, Asked, estimated_tokens
from spanwise.providers import provider_of
from spanwise.tracer import Attributes
from spanwise.url import Url

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
    if asked.conversation is not None:
        told.setdefault(names_context.CONVERSATION, asked.conversation)
    if asked.previous_response is not None:
        told["gen_ai.request.previous_response.id"] = asked.previous_response
    _tell_parameters(asked, told)
    return told


def _tell_parameters(asked: Asked, told: Attributes) -> None:
    if asked.max_tokens is not None:
        told["gen_ai.request.max_tokens"] = asked.max_tokens
    if asked.temperature is not None:
        told["gen_ai.request.temperature"] = asked.temperature
    if asked.top_p is not None:
        told["gen_ai.request.top_p"] = asked.top_p
    if asked.seed is not None:
        told["gen_ai.request.seed"] = asked.seed
    if asked.reasoning_level is not None:
        told["gen_ai.request.reasoning.level"] = asked.reasoning_level
    if asked.dimensions is not None:
        told["gen_ai.embeddings.dimension.count"] = asked.dimensions
    if asked.choice_count is not None and asked.choice_count != 1:
        told["gen_ai.request.choice.count"] = asked.choice_count
    if asked.encoding_formats:
        told["gen_ai.request.encoding_formats"] = asked.encoding_formats


def of_answer(api: Api, answer: Answer) -> Attributes:
    """Give what the answer says of itself, without tokens."""
    told: Attributes = {}
    if answer.model is not None:
        told["gen_ai.response.model"] = answer.model
    if answer.response_id is not None:
        told["gen_ai.response.id"] = answer.response_id
    if answer.status is not None:
        told["gen_ai.response.status"] = answer.status
    if answer.finish_reasons:
        told["gen_ai.response.finish_reasons"] = tuple(answer.finish_reasons.values())
    if answer.service_tier is not None:
        own = "openai.api.type" in api.attributes
        told["openai.response.service_tier" if own else "spanwise.response.service_tier"] = answer.service_tier
    return told


def of_usage(answer: Answer, *, used: bool, stream: bool, input_bytes: Callable[[], int]) -> Attributes:
    """Give tokens; where tokens were `used` and not told they are estimated, and marked so."""
    told: Attributes = {}
    given, made = answer.input_tokens, answer.output_tokens
    broken = not (answer.finished or answer.finish_reasons)
    unsaid = given is None or (made is None and answer.output_bytes > 0)  # embeddings have no output to tell
    if used and (broken or unsaid) and answer.status not in PENDING:
        told["spanwise.usage.estimated"] = True
        given = estimated_tokens(input_bytes()) if given is None else given
        if made is not None or answer.output_bytes or stream:
            made = max(made or 0, estimated_tokens(answer.output_bytes))
    if given is not None:
        told["gen_ai.usage.input_tokens"] = given
    if made is not None:
        told["gen_ai.usage.output_tokens"] = made
    _tell_shares(answer, told)
    return told


def _tell_shares(answer: Answer, told: Attributes) -> None:
    if answer.cache_read_tokens is not None:
        told["gen_ai.usage.cache_read.input_tokens"] = answer.cache_read_tokens
    if answer.cache_write_tokens is not None:
        told["gen_ai.usage.cache_write.input_tokens"] = answer.cache_write_tokens
    if answer.cache_write_1h_tokens is not None:
        told["spanwise.usage.cache_write_1h.input_tokens"] = answer.cache_write_1h_tokens
    if answer.reasoning_tokens is not None:
        told["gen_ai.usage.reasoning.output_tokens"] = answer.reasoning_tokens
