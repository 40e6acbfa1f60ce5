"""Answers about a fleet of agents that go on as they usually do, or not."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from spanwise_alerts.alert import Labels
from spanwise_alerts.question import Answer, Question, Table

STEP_S = 300.0
TOOLS = {"search": 0.6, "fetch": 0.3, "mail": 0.1}
Change = Callable[[str, dict[str, Any]], None]
"""Changes what an agent does in one stretch."""


def labels_of(agent: str) -> Labels:
    return (("agent", agent), ("service", "shop"))


class Fleet:
    """Agents with a nature of their own; the same seed and moment give the same numbers."""

    def __init__(self, *agents: str, seed: int = 1) -> None:
        self.agents = {
            agent: np.random.default_rng([seed, place]).uniform(0.5, 2.0, 6) for place, agent in enumerate(agents)
        }
        self._seed = seed

    def stretch(self, at_s: float, change: Change = lambda _, __: None) -> dict[str, dict[str, Any]]:
        found: dict[str, dict[str, Any]] = {}
        for place, (agent, nature) in enumerate(self.agents.items()):
            rng = np.random.default_rng([self._seed, place, int(at_s // STEP_S)])
            calls = int(rng.integers(40, 60))
            noise = np.exp(rng.normal(0, 0.15, 5))
            each: dict[str, Any] = {
                "calls": calls, "latency": 2.0 * nature[0] * noise[0], "in": 1000 * nature[1] * noise[1],
                "out": 200 * nature[2] * noise[2], "cost": 0.01 * nature[3] * noise[3],
                "errors": rng.binomial(calls, 0.02) / calls, "steps": 5 * nature[4] * noise[4],
                "tool_errors": rng.binomial(60, 0.03) / 60,
                "tools": dict(zip(TOOLS, rng.multinomial(60, list(TOOLS.values())).tolist(), strict=True)),
            }  # fmt: skip
            change(agent, each)
            found[agent] = each
        return found


PER_CALL = {"llm.tokens.input": "in", "llm.tokens.output": "out", "llm.cost": "cost"}
PLAIN = {"llm.calls": "calls", "llm.duration": "latency", "llm.errors": "errors", "run.steps": "steps",
         "tool.errors": "tool_errors"}  # fmt: skip


def answer(question: Question, stretch: Mapping[str, Mapping[str, Any]]) -> Answer:
    """Answer one question about a stretch."""
    numbers: dict[Labels, float] = {}
    for agent, each in stretch.items():
        labels = labels_of(agent)
        if question.measure == "tool.calls":
            for tool, count in each["tools"].items():
                numbers[tuple(sorted((*labels, ("tool", tool))))] = count
        elif question.measure in PER_CALL:
            numbers[labels] = each[PER_CALL[question.measure]] * each["calls"]
        else:
            numbers[labels] = each[PLAIN[question.measure]]
    return Answer(Table(list(numbers)), list(numbers.values()), [1] * len(numbers))
