"""Claude Code."""

from __future__ import annotations

from typing import Final

from spanwise_collector.normalise.dialect import Counting, Dialect, Source, own_counts, strings

_TYPES: Final = {
    f"{owner}{name}": operation
    for name, operation in {
        "hook": "hook",
        "interaction": "invoke_agent",
        "llm_request": "chat",
        "tool": "execute_tool",
        "tool.blocked_on_user": "wait",
        "tool.execution": "tool_execution",
    }.items()
    for owner in ("", "claude_code.")
}
"""Releases of 2026 leave the owner out."""

DIALECT = Dialect(
    name="claude_code",
    title="Claude Code",
    order=140,
    scopes=("com.anthropic.claude_code*",),
    values={"span.type": ("claude_code.*",), "spanwise.event": ("claude_code.*",)},
    resource={"service.name": ("claude-code*",)},
    sources={
        "operation": (Source("span.type", "str", own=True, means=_TYPES),),
        "model": (Source("model", "str", own=True),),
        "agent": (Source("agent.name", "str", own=True),),
        "tool": (Source("tool_name", "str", own=True),),
        "response_id": (Source("request_id", "str", own=True),),
        "conversation_id": strings("session.id"),
        "finish_reason": (Source("stop_reason", "str", own=True),),
        "ttft_ns": (Source("ttft_ms", "f64", "milliseconds", own=True),),
        "input_tokens": own_counts("input_tokens"),
        "output_tokens": own_counts("output_tokens"),
        "cache_read_tokens": own_counts("cache_read_tokens"),
        "cache_write_tokens": own_counts("cache_creation_tokens"),
        "reported_cost_pico_usd": (Source("cost_usd", "f64", "usd", own=True),),
    },
    counting=(Counting("outside", "inside"),),
    traps=("Input tokens leave the cache out; it is added.",),
)
