"""Carries agent, workflow, conversation and tenant along the call, so that every span inside is named after them."""

from collections.abc import Mapping

from opentelemetry import context as otel_context
from opentelemetry.context import Context

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
