"""What is known of single emitters, by the name of their scope, that has to do with counting calls once."""

from __future__ import annotations

from typing import Final
from zlib import crc32


def emitter_code(scope: str | None) -> int:
    """Give a number that spans of the same scope share; 0 for none."""
    return crc32(scope.encode()) if scope else 0


NOT_AROUND: Final = frozenset(
    emitter_code(scope)
    for scope in (
        "langfuse-sdk",
        "langsmith",
        "litellm",
        "logfire.anthropic",
        "logfire.openai",
        "openinference.instrumentation.anthropic",
        "openinference.instrumentation.langchain",
        "openinference.instrumentation.openai_agents",
        "opentelemetry.instrumentation.anthropic",
        "opentelemetry.instrumentation.langchain",
        "opentelemetry.instrumentation.openai_agents",
    )
)
"""Emitters some of whose spans are not around those of the SDK below: they are called back, or tell streams when they
end. Without a span around both these are in a trace of their own; LiteLLM's of streams always are.
"""

FIRST_TOKENS_TWICE: Final = frozenset({emitter_code("opentelemetry.instrumentation.anthropic")})
"""Emitters that add the output tokens of a stream's first event, which its last one has again."""

FIRST_TOKENS: Final = 16
"""As many as the first event of a stream may tell."""
