from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from spanwise_alerts.detect.bounds import beyond, verdicts
from tests.alerts.builders import a_rule

VALUES = st.lists(st.none() | st.integers(0, 20), max_size=20)


@given(VALUES, st.sampled_from([{"warning": {"above": 5}, "critical": {"above": 9}}, {"info": {"below": 7}}]))
def test_the_values_beyond_are_those_that_breach_a_tier(values: list[int | None], tiers: dict[str, dict[str, int]]):
    rule = a_rule(measure="llm.calls", stat="count", tiers=tiers)
    breached = [place for place, value in enumerate(values) if "breach" in verdicts(rule.tiers, value).values()]
    assert beyond(rule.tiers, values) == breached


def test_between_the_threshold_and_where_it_clears_a_tier_is_held():
    rule = a_rule(tiers={"warning": {"above": "8s", "clear_below": "4s"}})
    assert [verdicts(rule.tiers, value).get("warning") for value in (9, 8, 4, 3.9, None)] == [
        "breach", "hold", "hold", "clear", None,
    ]  # fmt: skip
