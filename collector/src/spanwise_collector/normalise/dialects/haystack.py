"""Haystack's own spans, which tell tokens only with the content."""

from __future__ import annotations

from typing import Final

from spanwise_collector.normalise.dialect import Dialect, strings, within

_REPLY: Final = "haystack.agent.step.llm.output"
_META: Final = "$.replies.0.meta"

DIALECT = Dialect(
    name="haystack",
    title="Haystack",
    order=171,
    keys=(
        "haystack.agent.max_steps", "haystack.agent.step", "haystack.agent.step.llm.input", "haystack.component.name",
        "haystack.pipeline.execution_mode", "haystack.tool.name",
    ),
    sources={
        "tool": strings("haystack.tool.name"),
        "model": within(_REPLY, f"{_META}.model"),
        "finish_reason": within(_REPLY, f"{_META}.finish_reason"),
        "input_tokens": within(_REPLY, f"{_META}.usage.prompt_tokens"),
        "output_tokens": within(_REPLY, f"{_META}.usage.completion_tokens"),
        "cache_read_tokens": within(_REPLY, f"{_META}.usage.prompt_tokens_details.cached_tokens"),
        "reasoning_tokens": within(_REPLY, f"{_META}.usage.completion_tokens_details.reasoning_tokens"),
        "total_tokens": within(_REPLY, f"{_META}.usage.total_tokens"),
    },
    names={
        "haystack.agent.run": "invoke_agent", "haystack.agent.step": "step", "haystack.agent.step.llm": "chat",
        "haystack.agent.step.tool": "execute_tool", "haystack.component.run": "chain",
        "haystack.pipeline.run": "invoke_workflow",
    },
    traps=(
        "An agent's calls have tokens and a model only where content is traced (`HAYSTACK_CONTENT_TRACING_ENABLED`).",
        "The spans of generators in a pipeline tell none: there the model's own instrumentation does.",
    ),
)  # fmt: skip
