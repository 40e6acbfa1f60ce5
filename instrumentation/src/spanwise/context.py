"""What a context carries: the span around, and the names of agent, workflow, conversation and tenant."""

from collections.abc import Mapping

from opentelemetry import context as otel_context
from opentelemetry.context import Context
from opentelemetry.trace import Span, SpanContext
from opentelemetry.trace.propagation import (
    _SPAN_KEY,  # pyright: ignore[reportPrivateUsage]  what the API does with it takes four calls
)

AGENT = "gen_ai.agent.name"
WORKFLOW = "gen_ai.workflow.name"
CONVERSATION = "gen_ai.conversation.id"
TENANT = "spanwise.tenant"

_KEY = otel_context.create_key("spanwise-names")
_NOTHING: Mapping[str, str] = {}


def names(context: Context) -> Mapping[str, str]:
    """Tell the span attributes that the surrounding scopes give to every span inside them."""
    found = context.get(_KEY)
    return found if isinstance(found, dict) else _NOTHING  # pyright: ignore[reportUnknownVariableType]


def with_names(context: Context, added: Mapping[str, str]) -> Context:
    """Give a context in which the added names hold besides, and before, those around it."""
    return otel_context.set_value(_KEY, {**names(context), **added}, context) if added else context


def parent(context: Context) -> SpanContext | None:
    """Give the span around; None where none is, or none that has ids."""
    span = context.get(_SPAN_KEY)
    found = span.get_span_context() if isinstance(span, Span) else None
    return found if found is not None and found.is_valid else None


def with_span(span: Span, context: Context) -> Context:
    """Give a context in which a span is the current one."""
    return Context({**context, _SPAN_KEY: span})
