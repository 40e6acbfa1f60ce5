"""What a context carries: the span around, and the names of agent, workflow, conversation and tenant."""

from collections.abc import Callable, Mapping
from contextvars import ContextVar, Token
from typing import Any, Final

from opentelemetry import context as otel_context
from opentelemetry.context import (
    _RUNTIME_CONTEXT,  # pyright: ignore[reportPrivateUsage]
    Context,
)
from opentelemetry.context.contextvars_context import ContextVarsRuntimeContext
from opentelemetry.trace import Span, SpanContext
from opentelemetry.trace.propagation import (
    _SPAN_KEY,  # pyright: ignore[reportPrivateUsage]  what the API does with it takes four calls
)

AGENT = "gen_ai.agent.name"
WORKFLOW = "gen_ai.workflow.name"
CONVERSATION = "gen_ai.conversation.id"
TENANT = "spanwise.tenant"
SPAN_KEY: Final = _SPAN_KEY
"""Under which a context holds the current span."""

_KEY = otel_context.create_key("spanwise-names")
_NOTHING: Mapping[str, str] = {}


def _variable() -> Any:  # noqa: ANN401  it is private to the API
    """Give the variable below the API, which takes two calls to get to it; None where OTEL_PYTHON_CONTEXT says so."""
    held: Any = getattr(_RUNTIME_CONTEXT, "_current_context", None)
    return held if type(_RUNTIME_CONTEXT) is ContextVarsRuntimeContext else None


_CURRENT: Final[ContextVar[Context] | None] = _variable()
current: Final[Callable[[], Context]] = otel_context.get_current if _CURRENT is None else _CURRENT.get
"""Gives the context of this moment."""
attach: Final[Callable[[Context], Token[Context]]] = otel_context.attach if _CURRENT is None else _CURRENT.set
"""Makes a context the current one; what it gives, `detach` takes."""
_reset: Final[Callable[[Token[Context]], None]] = otel_context.detach if _CURRENT is None else _CURRENT.reset


def detach(token: Token[Context]) -> None:
    """Go back to the context before; where a coroutine is closed from elsewhere there is none to go back to."""
    try:
        _reset(token)
    except (ValueError, RuntimeError):
        otel_context.detach(token)  # which logs it, as for everybody


def names(context: Context) -> Mapping[str, str]:
    """Tell the span attributes that the surrounding scopes give to every span inside them."""
    found = context.get(_KEY)
    return found if isinstance(found, dict) else _NOTHING  # pyright: ignore[reportUnknownVariableType]


def with_names(context: Context, added: Mapping[str, str]) -> Context:
    """Give a context in which the added names hold besides, and before, those around it."""
    return otel_context.set_value(_KEY, {**names(context), **added}, context) if added else context


def span_in(context: Context) -> Span | None:
    """Give the current span of a context; None where none is."""
    span = context.get(SPAN_KEY)
    return span if span is not None and isinstance(span, Span) else None


def parent(context: Context) -> SpanContext | None:
    """Give the span around; None where none is, or none that has ids."""
    span = context.get(SPAN_KEY)
    if span is None or not isinstance(span, Span):
        return None
    found = span.get_span_context()
    return found if found.is_valid else None


def with_span(span: Span, context: Context) -> Context:
    """Give a context in which a span is the current one."""
    return Context({**context, SPAN_KEY: span})
