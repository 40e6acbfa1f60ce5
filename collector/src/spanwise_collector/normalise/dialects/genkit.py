"""Genkit."""

from __future__ import annotations

from typing import Final

from spanwise_collector.normalise.dialect import Counting, Dialect, Source, told, within

_SUBTYPES: Final = {
    "embedder": "embeddings",
    "flow": "invoke_workflow",
    "model": "chat",
    "reranker": "rerank",
    "retriever": "retrieval",
    "tool": "execute_tool",
    "tool.v2": "execute_tool",
}
_PLUGINS: Final = {"googleai": "gcp.gemini", "vertexai": "gcp.vertex_ai", "compat-oai": "openai"}
_OUTPUT: Final = "genkit:output"

DIALECT = Dialect(
    name="genkit",
    title="Genkit",
    order=173,
    scopes=("genkit-tracer*",),
    keys=("genkit:*",),
    sources={
        "operation": (told("genkit:metadata:subtype", _SUBTYPES, only_known=False),),
        "model": (Source("genkit:name", "str", when=("genkit:metadata:subtype", "model")),),
        # Models are named after their plugin: `openai/gpt-4o`.
        "provider": (
            Source(
                "genkit:name", "str", pattern=r"^([a-z-]+)/", when=("genkit:metadata:subtype", "model"), means=_PLUGINS
            ),
        ),
        "finish_reason": within(_OUTPUT, "$.finishReason"),
        "tool": tuple(
            Source("genkit:name", "str", when=("genkit:metadata:subtype", kind)) for kind in ("tool", "tool.v2")
        ),
        "workflow": (Source("genkit:name", "str", when=("genkit:metadata:subtype", "flow")),),
        "input_tokens": within(_OUTPUT, "$.usage.inputTokens"),
        "output_tokens": within(_OUTPUT, "$.usage.outputTokens"),
        "cache_read_tokens": within(_OUTPUT, "$.usage.cachedContentTokens"),
        "reasoning_tokens": within(_OUTPUT, "$.usage.thoughtsTokens"),
        "total_tokens": within(_OUTPUT, "$.usage.totalTokens"),
    },
    counting=(Counting("outside", "inside", provider="anthropic"),),
    traps=("Usage is within the output text; of an output above 64 KiB it is not read.",),
)
