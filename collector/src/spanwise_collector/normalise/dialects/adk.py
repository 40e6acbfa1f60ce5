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
    names={"invocation": "invoke_workflow", "agent_run": "invoke_agent", "call_llm": "generate_content"},
    traps=(
        "`call_llm` is the call in versions 1.x; where `generate_content` is beneath it, both tell the same call.",
        "`gen_ai.system` names the framework: the provider is not told.",
    ),
)
