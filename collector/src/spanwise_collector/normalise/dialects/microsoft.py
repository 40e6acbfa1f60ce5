"""Semantic Kernel and Microsoft Agent Framework."""

from __future__ import annotations

from spanwise_collector.normalise.dialect import Dialect

DIALECT = Dialect(
    name="microsoft",
    title="Semantic Kernel and Microsoft Agent Framework",
    order=120,
    scopes=("agent_framework*", "semantic_kernel*", "Microsoft.SemanticKernel*", "Microsoft.Agents.AI*"),
    keys=("sk.available_functions",),
    names={
        "chat.completions": "chat", "chat.streaming_completions": "chat", "text.completions": "text_completion",
        "text.streaming_completions": "text_completion", "AutoFunctionInvocationLoop": "loop",
    },
    traps=("An agent's span has the model and the sum of its calls; only the calls count.",),
)  # fmt: skip
