"""CrewAI's own spans."""

from __future__ import annotations

from spanwise_collector.normalise.dialect import Dialect, strings

DIALECT = Dialect(
    name="crewai",
    title="CrewAI",
    order=170,
    scopes=("crewai*",),
    keys=("crewai.*", "crewai.crew.name"),
    sources={
        "agent": strings("crewai.agent.role"),
        "workflow": strings("crewai.crew.name"),
    },
    names={"call llm": "chat"},
    traps=("Crews and flows sum up what their calls used; only `call llm` counts.",),
)
