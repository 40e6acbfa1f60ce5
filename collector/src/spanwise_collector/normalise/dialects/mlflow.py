"""MLflow tracing: every value is JSON in a text."""

from __future__ import annotations

from typing import Final

from spanwise_collector.normalise.dialect import Dialect, Source, cost_within, within

_TYPES: Final = {
    "AGENT": "invoke_agent",
    "CHAIN": "chain",
    "CHAT_MODEL": "chat",
    "EMBEDDING": "embeddings",
    "EVALUATOR": "evaluate",
    "GUARDRAIL": "guardrail",
    "LLM": "chat",
    "MEMORY": "memory",
    "PARSER": "parser",
    "RERANKER": "rerank",
    "RETRIEVER": "retrieval",
    "TASK": "task",
    "TOOL": "execute_tool",
    "WORKFLOW": "invoke_workflow",
}
_USAGE: Final = "mlflow.chat.tokenUsage"

DIALECT = Dialect(
    name="mlflow",
    title="MLflow",
    order=80,
    keys=("mlflow.*", "mlflow.traceRequestId"),
    sources={
        "operation": (Source("mlflow.spanType", "str", "unquoted", means=_TYPES, only_known=True),),
        "provider": (Source("mlflow.llm.provider", "str", "unquoted"),),
        "model": (Source("model", "str", "unquoted", own=True),),
        "response_model": (Source("mlflow.llm.model", "str", "unquoted"),),
        "input_tokens": within(_USAGE, "$.input_tokens"),
        "output_tokens": within(_USAGE, "$.output_tokens"),
        "cache_read_tokens": within(_USAGE, "$.cache_read_input_tokens"),
        "cache_write_tokens": within(_USAGE, "$.cache_creation_input_tokens"),
        "total_tokens": within(_USAGE, "$.total_tokens"),
        "reported_cost_pico_usd": cost_within("mlflow.llm.cost", "$.total_cost"),
    },
    traps=("AGENT and CHAIN spans may repeat the usage of their calls; only models count.",),
)
