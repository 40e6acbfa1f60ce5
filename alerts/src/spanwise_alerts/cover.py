"""What an outage covers: whose alerts are its consequence."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

_OF_CALLS: Final = ("llm.", "run.")


@dataclass(frozen=True, slots=True)
class Cover:
    """Where agents break, and which.

    Attributes:
        rule: which found it.
        provider: where.
        model: at which model of the provider; empty for the whole of it.
        victims: service and agent of those that break.
        grace_s: how long their alerts stay quiet after its end.
    """

    rule: str
    provider: str
    model: str
    victims: frozenset[tuple[str, str]]
    grace_s: float

    def explains(self, labels: Mapping[str, str], measure: str) -> bool:
        """Tell whether an alert about a measure is a consequence: one about the place itself, or about a victim.

        What is about another provider or model is not, nor what is about no calls and no runs.
        """
        if not measure.startswith(_OF_CALLS):
            return False
        place = {"provider": self.provider, "model": self.model}
        if any(labels.get(name, "") not in {"", value} for name, value in place.items() if value):
            return False
        who = {name: labels[name] for name in ("service", "agent") if labels.get(name)}
        if not who:
            return labels.get("provider", "") == self.provider
        return any(
            who.items() <= {"service": service, "agent": agent}.items() for service, agent in self.victims
        )  # fmt: skip
