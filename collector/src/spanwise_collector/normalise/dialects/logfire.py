"""Pydantic Logfire and pydantic-ai."""

from __future__ import annotations

from spanwise_collector.normalise.dialect import Counting, Dialect, Source, costs, strings, told

DIALECT = Dialect(
    name="logfire",
    title="Logfire and pydantic-ai",
    order=50,
    scopes=("pydantic-ai", "logfire*"),
    keys=("logfire.msg", "logfire.msg_template", "logfire.span_type"),
    sources={
        # A placeholder that is sent when a span begins: it has the attributes of a call, and is none.
        "operation": (told("logfire.span_type", {"pending_span": "pending_span"}),),
        "model": (Source("model_name", "str", own=True),),
        "agent": (*strings("gen_ai.agent.name"), Source("agent_name", "str", own=True)),
        "reported_cost_pico_usd": costs("operation.cost"),
        "lasted_ns": (Source("duration", "f64", "seconds", own=True),),
    },
    names={"agent run": "invoke_agent", "running tool": "execute_tool"},
    counting=(Counting("inside", scope="pydantic-ai"), Counting("inside", scope="logfire*")),
    traps=(
        "`pending_span` placeholders are kept and counted nowhere.",
        "Usage of a stream that Logfire's own wrappers saw is on a later span, `streaming response from … took`.",
        "That span is the report of a call and no call of its own.",
    ),
)
