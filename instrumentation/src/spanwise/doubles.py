"""Recognises a call that another instrumentation traces already."""

from typing import Any

from opentelemetry.context import Context
from opentelemetry.trace import Span

from spanwise.tracer import tracer

_INFERENCE = frozenset({"chat", "text_completion", "generate_content", "embeddings", "rerank", "completion"})
_OPENINFERENCE = frozenset({"LLM", "EMBEDDING", "RERANKER"})
# OpenLLMetry's frameworks set it around a model call that they have a span for.
_SUPPRESSED_CALLS = "suppress_language_model_instrumentation"


def traced_already(span: Span, around: Context) -> bool:
    """Say whether the current span, still recording, stands for the call about to leave.

    It may be somebody else's, or our own where one client sends through another, as LiteLLM's httpx through aiohttp.
    The span of the call is known by GenAI's operation, OpenInference's kind or OpenLLMetry's request type, as the
    emitters of each dialect set them at the span's start.
    """
    if around.get(_SUPPRESSED_CALLS):
        return True
    scope: Any = getattr(span, "instrumentation_scope", None)
    if scope is None or not span.is_recording() or _goes_elsewhere(span):
        return False
    attributes: Any = getattr(span, "attributes", None) or {}
    return (
        attributes.get("gen_ai.operation.name") in _INFERENCE
        or attributes.get("openinference.span.kind") in _OPENINFERENCE
        or "llm.request.type" in attributes
    )


def _goes_elsewhere(span: Any) -> bool:  # noqa: ANN401  where spans of the SDK go is private to them
    """Say whether the span goes to another provider than ours, where nobody who reads our spans will see it."""
    theirs, ours = getattr(span, "_span_processor", None), getattr(tracer(), "span_processor", None)
    return theirs is not None and ours is not None and theirs is not ours
