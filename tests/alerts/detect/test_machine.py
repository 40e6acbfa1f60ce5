from __future__ import annotations

from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from spanwise_alerts.alert import Alert
from spanwise_alerts.detect.machine import move
from spanwise_alerts.detect.threshold import readings
from spanwise_alerts.rule import TIERS
from spanwise_alerts.rules.threshold import Threshold
from tests.alerts.answers import an_answer
from tests.alerts.answers import tiers as run

SERIES = ()
Seen = tuple[float, int]


def make(tiers: dict[str, Any], **more: Any) -> Threshold:
    return Threshold.model_validate({"name": "r", "measure": "llm.tokens.input", "stat": "sum", "tiers": tiers, **more})


def detect(
    rule_: Threshold, alert: Alert | None, seen: Seen | None, now_s: float, *, unwatched_s: float = 0.0
) -> Alert:
    answer = an_answer({} if seen is None else {"": seen})
    reading = readings(rule_, [answer], [SERIES], now_s)[SERIES]
    return move(rule_, SERIES, alert, reading, now_s, unwatched_s=unwatched_s)


def test_a_tier_without_for_holds_at_once():
    assert run(make({"warning": {"above": 5}}), 5, 6, 5) == [None, "warning", None]


def test_for_counts_from_the_first_breach_and_starts_anew_after_a_dip():
    tiers = run(make({"warning": {"above": 5, "for": "2s"}}), 6, 6, 5, 6, 6, 6, 6)
    assert tiers == [None, None, None, None, None, "warning", "warning"]


def test_hysteresis_holds_a_tier_until_it_is_cleared():
    assert run(make({"warning": {"above": 5, "clear_below": 3}}), 6, 4, 3, 2.9, 4) == [
        "warning", "warning", "warning", None, None,
    ]  # fmt: skip


def test_keep_firing_for_counts_from_the_last_breach():
    rule_ = make({"warning": {"above": 5}}, keep_firing_for="2s")
    assert run(rule_, 6, 1, 6, 1, 1, 1) == ["warning", "warning", "warning", "warning", "warning", None]


def test_no_data_ends_a_breach():
    assert run(make({"warning": {"above": 5}}), 6, None, 6) == ["warning", None, "warning"]


def test_time_that_nobody_watched_is_not_counted():
    rule_ = make({"warning": {"above": 5, "for": "10s"}})
    alert = detect(rule_, None, (6, 1), 0.0)
    alert = detect(rule_, alert, (6, 1), 100.0, unwatched_s=100.0)
    assert alert.tier is None
    assert detect(rule_, alert, (6, 1), 110.0).tier == "warning"


TIER_SETS: list[dict[str, Any]] = [
    {"warning": {"above": 5}},
    {"warning": {"above": 5, "for": "3s", "clear_below": 3}, "critical": {"above": 8, "for": "1s"}},
    {"info": {"above": 2, "for": "4s"}, "warning": {"above": 5}, "critical": {"above": 8, "clear_below": 6}},
    {"warning": {"below": 5, "clear_above": 7}, "critical": {"below": 2, "for": "2s"}},
]


class AlertMachine(RuleBasedStateMachine):
    """One series of one rule over time, against what its whole history says."""

    @initialize(tiers=st.sampled_from(TIER_SETS), keep_s=st.sampled_from([0, 2]), min_count=st.sampled_from([1, 5]))
    def begin(self, tiers: dict[str, Any], keep_s: int, min_count: int):
        self.rule = make(tiers, keep_firing_for=f"{keep_s}s", min_count=min_count)
        self.now_s = 1000.0
        self.alert: Alert | None = None
        self.history: list[tuple[float, float | None]] = []
        self.told: list[tuple[int, str | None, float | None]] = []

    @rule(value=st.integers(0, 10), count=st.sampled_from([1, 5, 50]), after_s=st.sampled_from([0.5, 1.0, 2.0, 5.0]))
    def see(self, value: int, count: int, after_s: float):
        self.move((value, count), after_s)

    @rule(after_s=st.sampled_from([0.5, 1.0, 3.0]))
    def see_nothing(self, after_s: float):
        self.move(None, after_s)

    @precondition(lambda self: self.alert is not None)
    @rule()
    def look_again_at_the_same_moment(self):
        before = self.alert
        value = self.history[-1][1]
        assert before is not None
        seen = None if value is None else (value, 50)
        again = detect(self.rule, before, seen, self.now_s)
        assert (again.tier, again.step, again.levels) == (before.tier, before.step, before.levels)

    def move(self, seen: Seen | None, after_s: float):
        self.now_s += after_s
        enough = seen is not None and seen[1] >= self.rule.min_count
        self.history.append((self.now_s, seen[0] if seen and enough else None))
        before = self.alert.tier if self.alert else None
        after = detect(self.rule, self.alert, seen, self.now_s)
        if after.tier != before:
            self.told.append((after.step, after.tier, after.starts_at_s))
        self.alert = None if after.over else after

    def breached_for_s(self, name: str) -> float:
        """For how long the value has been beyond a tier without a break; -1 where it is not now."""
        begin_s, tier = None, self.rule.tiers[name]
        for at_s, value in reversed(self.history):
            if value is None or not tier.breached(value):
                break
            begin_s = at_s
        return -1.0 if begin_s is None else self.now_s - begin_s

    @invariant()
    def nothing_is_lost(self):
        tier = self.alert.tier if self.alert else None
        for name in TIERS:
            if name in self.rule.tiers and self.breached_for_s(name) >= self.rule.tiers[name].for_s:
                assert tier is not None
                assert TIERS.index(tier) >= TIERS.index(name)

    @invariant()
    def nothing_fires_without_a_breach(self):
        if self.told and self.told[-1][0] == 1 and self.history[-1][0] == self.told[-1][2]:
            name = self.told[-1][1]
            assert name is not None
            assert self.breached_for_s(name) >= self.rule.tiers[name].for_s

    @invariant()
    def nothing_is_doubled_and_history_goes_forward(self):
        for (step, tier, starts), (next_step, next_tier, next_starts) in zip(self.told, self.told[1:], strict=False):
            assert tier != next_tier
            if tier is None:
                assert (next_step, next_starts) > (0, starts)
                assert next_step == 1
            else:
                assert (next_step, next_starts) == (step + 1, starts)


TestAlertMachine = AlertMachine.TestCase
TestAlertMachine.settings = settings(max_examples=60, stateful_step_count=40, deadline=None)
