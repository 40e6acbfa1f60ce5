"""Google's Agent Development Kit."""

from __future__ import annotations

from spanwise_collector.normalise.dialect import Dialect, strings

DIALECT = Dialect(
    name="adk",
    title="Google ADK",
    order=100,
    scopes=("gcp.vertex.agent",),
    keys=("gcp.vertex.agent.invocation_id",),
    sources={"conversation_id": (*strings("gen_ai.conversation.id"), *strings("gcp.vertex.agent.session_id"))},
    names={"invocation": "invoke_workflow", "agent_run": "invoke_agent", "call_llm": "call_llm"},
    traps=("`call_llm` of the older schema repeats the `generate_content` beneath it, and is no call of its own.",),
)
