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
}
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
        "tool": (Source("genkit:name", "str", when=("genkit:metadata:subtype", "tool")),),
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
