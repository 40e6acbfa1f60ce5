"""Strands Agents."""

from __future__ import annotations

from spanwise_collector.normalise.dialect import Counting, Dialect, Source

DIALECT = Dialect(
    name="strands",
    title="Strands Agents",
    order=110,
    scopes=("strands*",),
    values={"gen_ai.system": ("strands-agents",), "gen_ai.provider.name": ("strands-agents",)},
    sources={"ttft_ns": (Source("gen_ai.server.time_to_first_token", "f64", "milliseconds", own=True),)},
    names={"execute_event_loop_cycle": "agent_step"},
    counting=(Counting("inside"),),
    traps=(
        "`gen_ai.system` names the framework: the provider is not told.",
        "An agent's span shows all that its object has used so far, over several runs; only `chat` counts.",
        "Time to first token is in milliseconds.",
    ),
)
