"""Which runs are told to stop: the letters that go with an alert about a runaway run."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from spanwise_alerts.alert import Letter, Notice
from spanwise_alerts.notify.message import letters_of, message_of
from spanwise_alerts.rule import TIERS, Rule, TierName
from spanwise_alerts.rules.runaway import Runaway, Stop


@dataclass(frozen=True, slots=True)
class Stopper:
    """Who is told to stop the runs that a rule finds; delivered to as a receiver is.

    Attributes:
        rule: its name.
        tier: from which on it is told.
    """

    rule: str
    tier: TierName
    stop: Stop

    @property
    def channel(self) -> str:
        """The name of its channel."""
        return f"stop/{self.rule}"

    def ways(self) -> Iterator[tuple[str, str, Stop]]:
        """Go through its one channel."""
        yield self.channel, "", self.stop


def stoppers(rules: Iterable[Rule]) -> list[Stopper]:
    """Return those of all rules."""
    found = ((rule, rule.stop) for rule in rules if isinstance(rule, Runaway))
    return [Stopper(rule.name, stop.tier or rule.tier_names()[-1], stop) for rule, stop in found if stop is not None]


def letters_to_stop(rules: Iterable[Rule], notice: Notice) -> list[Letter]:
    """Return the letter that stops the run of an alert, once: as it reaches the tier from which on it is told."""
    if notice.status != "firing" or notice.source != "rule":
        return []
    before = -1 if notice.previous_tier is None else TIERS.index(notice.previous_tier)
    return [
        letter
        for stopper in stoppers(rules)
        if stopper.rule == notice.rule and before < TIERS.index(stopper.tier) <= TIERS.index(notice.tier)
        for letter in _letters(stopper, notice)
    ]


def _letters(stopper: Stopper, notice: Notice) -> list[Letter]:
    message = message_of(f"stop:{notice.fingerprint}", stopper.channel, "first", [notice], {})
    thread = f"stop:{notice.fingerprint}:{notice.starts_at_s}"
    return letters_of(message, thread, 1, {stopper.channel: True})
