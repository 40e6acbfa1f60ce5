"""Operation names of the GenAI conventions, and what each of them counts as.

Source: OpenTelemetry semantic conventions for generative AI, `gen_ai.operation.name`.
"""

from __future__ import annotations

from typing import Final, Literal

Category = Literal["llm", "tool", "agent", "workflow"]

CATEGORY: Final[dict[str, Category]] = {
    "chat": "llm",
    "generate_content": "llm",
    "text_completion": "llm",
    "embeddings": "llm",
    "rerank": "llm",
    "execute_tool": "tool",
    "invoke_agent": "agent",
    "invoke_workflow": "workflow",
}
"""Only `llm` operations are billable; the others roll up what is beneath them."""
