"""LiveKit Agents."""

from __future__ import annotations

from spanwise_collector.normalise.dialect import Dialect, strings

DIALECT = Dialect(
    name="livekit",
    title="LiveKit Agents",
    order=175,
    scopes=("livekit-agents*",),
    sources={"tool": strings("lk.function_tool.name"), "tool_call_id": strings("lk.function_tool.id")},
    names={"llm_request": "chat", "function_tool": "execute_tool", "agent_session": "invoke_agent"},
    traps=("`llm_node` wraps `llm_request`; only the latter counts.",),
)
