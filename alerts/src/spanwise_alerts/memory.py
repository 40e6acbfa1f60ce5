"""What the loop knows from one tick to the next: the alerts, and how well each rule is watched."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final

from spanwise_alerts.alert import Held, Labels, Notice
from spanwise_alerts.detect.anomaly.band import Band
from spanwise_alerts.detect.evaluate import Moved, State
from spanwise_alerts.notice import notice_of
from spanwise_alerts.question import Answer
from spanwise_alerts.rule import Rule
from spanwise_alerts.study import Study

GAP_S: Final = 10.0
"""Looking away for no longer than this still counts as watching."""


_EARLY_S: Final = 0.25
_LIMITED: Final = frozenset({"burn_rate", "budget"})


@dataclass(frozen=True, slots=True)
class Health:
    """How well a rule is watched.

    Attributes:
        answered_at_s: when it was evaluated last (Unix time); None where it never was.
        fault: why it cannot be evaluated; empty where it can.
        since_s: since when it cannot.
    """

    answered_at_s: float | None = None
    fault: str = ""
    since_s: float | None = None


class Memory:
    """Alerts by rule and series, and the health of rules."""

    def __init__(self, rules: Iterable[Rule], study: Study | None = None) -> None:
        self.study = study
        """What anomaly rules know; None where there are none."""
        self.health: dict[str, Health] = {rule.name: Health() for rule in rules}
        self.unanswered_since: dict[str, float] = {}
        """Since when a source does not answer (Unix time), by its name."""
        self.seen: dict[str, tuple[Rule, Moved]] = {}
        """What the last evaluation saw of each alert that fires, by fingerprint."""
        self.objectives: dict[str, tuple[Rule, Sequence[Answer]]] = {}
        """The last answers about what is held against a limit all the time: budgets and error budgets, by rule."""
        self._held: dict[str, dict[Labels, Held]] = {name: {} for name in self.health}

    def of(self, rule: str) -> dict[Labels, Held]:
        """Return a rule's alerts by series."""
        return self._held[rule]

    def all(self) -> Iterator[Held]:
        """Go through what is pending or fires."""
        for held in self._held.values():
            yield from held.values()

    def keep(self, rule: str, series: Labels, held: Held | None) -> None:
        """Hold an alert as it is now, or forget it."""
        if held is None:
            self._held[rule].pop(series, None)
        else:
            self._held[rule][series] = held

    def see(self, mark: str, rule: Rule, moved: Moved) -> None:
        """Note what an evaluation saw of an alert; nothing of one that does not fire."""
        if moved.alert.tier is None:
            self.seen.pop(mark, None)
        else:
            self.seen[mark] = rule, moved

    def look(self, rule: Rule, answers: Sequence[Answer]) -> None:
        """Note the answers about a budget or an error budget; of other rules nothing is kept."""
        if rule.kind in _LIMITED:
            self.objectives[rule.name] = rule, answers

    def newest(self, notice: Notice) -> Notice:
        """Say an alert in the numbers of the last evaluation; as it was said where they are not known, or tell more."""
        rule, moved = self.seen.get(notice.fingerprint, (None, None))
        if rule is None or moved is None or moved.reading is None or notice.source == "push":
            return notice
        alert = moved.alert
        # a change of tier that came since has words of its own
        if (alert.starts_at_s, alert.step, alert.tier) != (notice.starts_at_s, notice.step, notice.tier):
            return notice
        return notice_of(
            rule, alert, moved.reading, notice.previous_tier, notice.labels, notice.fingerprint, notice.generator_url
        )

    def state(self, rule: str) -> State | None:
        """Return what an anomaly rule knows of its series; None of all others, and as long as it is not up to date."""
        if self.study is None:
            return None
        return self.study.agents.state(rule) if self.study.agents.follows(rule) else self.study.state(rule)

    def bands(self) -> dict[str, Sequence[Band]]:
        """Return what anomaly rules expected of the newest points of their series, by rule."""
        return self.study.bands() if self.study else {}

    def answered(self, rule: str, now_s: float) -> bool:
        """Note that a rule was evaluated; return whether it could not be before."""
        was = self.health[rule]
        self.health[rule] = Health(now_s)
        return bool(was.fault)

    def failed(self, rule: str, now_s: float, fault: str) -> bool:
        """Note that a rule could not be evaluated; return whether it could be before."""
        was = self.health[rule]
        self.health[rule] = replace(was, fault=fault, since_s=now_s if was.since_s is None else was.since_s)
        return not was.fault

    def due(self, rule: Rule, now_s: float) -> bool:
        """Tell whether a rule is to be evaluated: each tick, or every so often; once more where it failed."""
        health = self.health[rule.name]
        last_s = health.answered_at_s
        # half a tick is forgiven, so that a tick that comes early does not put it off by a whole one
        return bool(health.fault) or last_s is None or not 0 <= now_s - last_s < rule.every_s - _EARLY_S

    def unanswered(self, source: str, now_s: float) -> None:
        """Note that a source did not answer."""
        self.unanswered_since.setdefault(source, now_s)

    def unwatched_s(self, rule: str, now_s: float) -> float:
        """Return for how long nobody looked; 0 for no more than `GAP_S`."""
        last_s = self.health[rule].answered_at_s
        gap_s = 0.0 if last_s is None else now_s - last_s
        return gap_s if gap_s > GAP_S else 0.0
