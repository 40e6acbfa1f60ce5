"""Haystack's own spans, which tell no tokens."""

from __future__ import annotations

from spanwise_collector.normalise.dialect import Dialect, strings

DIALECT = Dialect(
    name="haystack",
    title="Haystack",
    order=171,
    keys=("haystack.*", "haystack.component.name"),
    sources={"tool": strings("haystack.tool.name")},
    names={
        "haystack.agent.run": "invoke_agent", "haystack.agent.step.tool": "execute_tool",
        "haystack.component.run": "chain", "haystack.pipeline.run": "invoke_workflow",
    },
    traps=("Tokens are on the spans of the model's own instrumentation.",),
)  # fmt: skip
