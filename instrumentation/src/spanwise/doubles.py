"""Recognises a call that another instrumentation traces already."""

from enum import Enum
from typing import Any

from opentelemetry.context import Context
from opentelemetry.trace import ProxyTracerProvider, Span, get_tracer_provider

from spanwise import layers
from spanwise.tracer import SCOPE, tracer

_INFERENCE = frozenset({"chat", "text_completion", "generate_content", "embeddings", "rerank", "completion"})
_OPENINFERENCE = frozenset({"LLM", "EMBEDDING", "RERANKER"})
_KIND = "openinference.span.kind"
# OpenLLMetry's frameworks set it around a model call that they have a span for.
_SUPPRESSED_CALLS = "suppress_language_model_instrumentation"


class Double(Enum):
    """Who tells the call that is about to leave."""

    OURS = "a span of ours"
    CURRENT = "the current span, of another"
    UNSEEN = "a span of another that is not at hand"


def told_by(span: Span | None, around: Context) -> Double | None:
    """Say who else tells the call about to leave, below this span; None where nobody does.

    The span of the call is known by GenAI's operation, OpenInference's kind or OpenLLMetry's request type, as the
    emitters of each dialect set them at the span's start. It may be our own, where one client sends through another, as
    LiteLLM's httpx through aiohttp.
    """
    if span is not None and _stands_for_call(span):
        return Double.OURS if getattr(_scope(span), "name", "") == SCOPE else Double.CURRENT
    if around.get(_SUPPRESSED_CALLS):
        return Double.UNSEEN if (span is not None and span.is_recording()) or _provided() else None
    if not layers.any_loaded():
        return None
    return Double.UNSEEN if layers.tells(alone=span is None or not span.get_span_context().is_valid) else None


def _stands_for_call(span: Span) -> bool:
    if _scope(span) is None or not span.is_recording() or _goes_elsewhere(span):
        return False
    attributes: Any = getattr(span, "attributes", None) or {}
    held: Any = getattr(span, "_self_important_attributes", None) or {}  # OpenInference tells some only at the end
    return (
        attributes.get("gen_ai.operation.name") in _INFERENCE
        or attributes.get(_KIND) in _OPENINFERENCE
        or "llm.request.type" in attributes
        or held.get(_KIND) in _OPENINFERENCE
    )


def _provided() -> bool:
    """Say whether spans that others make go anywhere: before the first provider they are lost."""
    return not isinstance(get_tracer_provider(), ProxyTracerProvider)


def _scope(span: Any) -> Any:  # noqa: ANN401  only spans of the SDK have one
    return getattr(span, "instrumentation_scope", None)


def _goes_elsewhere(span: Any) -> bool:  # noqa: ANN401  where spans of the SDK go is private to them
    """Say whether the span goes to another provider than ours, where nobody who reads our spans will see it."""
    theirs, ours = getattr(span, "_span_processor", None), getattr(tracer(), "span_processor", None)
    return theirs is not None and ours is not None and theirs is not ours
