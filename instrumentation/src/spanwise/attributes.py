"""Words a call in the attributes of GenAI: what is asked, and what was answered."""

from collections.abc import Callable

from opentelemetry.context import Context

from spanwise import context as names_context
from spanwise.apis.api import PENDING, Answer, Api, Asked, estimated_tokens
from spanwise.target import Target
from spanwise.tracer import Attributes


def of_request(target: Target, asked: Asked, around: Context) -> Attributes:
    """Give what is known before the answer, so that a sampler can judge by it."""
    told = target.attributes.copy()
    if around:
        told.update(names_context.names(around))
    if asked.operation is not None:
        told["gen_ai.operation.name"] = asked.operation
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


def tell_answer(api: Api, answer: Answer, told: Attributes) -> None:
    """Tell what the answer says of itself, without tokens."""
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


def tell_usage(answer: Answer, told: Attributes, *, used: bool, stream: bool, input_bytes: Callable[[], int]) -> None:
    """Tell tokens; where tokens were `used` and not told they are estimated, and marked so."""
    given, made = answer.input_tokens, answer.output_tokens
    broken = not (answer.finished or answer.finish_reasons)
    unsaid = given is None or (made is None and answer.output_bytes > 0)  # embeddings have no output to tell
    if (broken or unsaid) and used and answer.status not in PENDING:
        told["spanwise.usage.estimated"] = True
        given = estimated_tokens(input_bytes()) if given is None else given
        if made is not None or answer.output_bytes or stream:
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
    if answer.cost_usd is not None:
        told["gen_ai.usage.cost"] = answer.cost_usd
