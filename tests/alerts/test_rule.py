from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spanwise_alerts.rule import Tier, unit_of
from spanwise_schema.measures import MEASURES
from tests.alerts.builders import a_rule


@pytest.mark.parametrize(
    ("measure", "stat", "unit"),
    [
        ("llm.duration", "p95", "s"), ("llm.duration", "count", "1"), ("llm.calls", "count", "{call}"),
        ("llm.calls", "rate", "{call}/s"), ("llm.errors", "ratio", "1"), ("run.cost", "sum", "USD"),
    ],
)  # fmt: skip
def test_a_rule_knows_the_unit_of_its_values(measure: str, stat: str, unit: str):
    assert unit_of(MEASURES[measure], stat) == unit


@pytest.mark.parametrize("measure", MEASURES.values(), ids=lambda measure: measure.name)
def test_every_measure_and_stat_of_the_catalogue_can_have_a_rule(measure: object):
    written = {"s": "1s", "USD": "$1", "USD/s": "$1"}
    found = MEASURES[measure.name]
    for stat in found.stats:
        amount = "5%" if stat == "ratio" else written.get(unit_of(found, stat), 50)
        tiers = {"warning": {"above": amount}}
        rule = a_rule(measure=found.name, stat=stat, by=found.dimensions, tiers=tiers)
        assert rule.unit == unit_of(found, stat)


@given(threshold=st.floats(-1e6, 1e6), value=st.floats(-1e6, 1e6), above=st.booleans(), hysteresis=st.booleans())
def test_a_value_never_breaches_and_clears_at_once(threshold: float, value: float, *, above: bool, hysteresis: bool):
    side, clear = ("above", "clear_below") if above else ("below", "clear_above")
    tier = Tier.model_validate({side: repr(threshold), **({clear: repr(threshold)} if hysteresis else {})})
    assert not (tier.breached(value) and tier.cleared(value))


def test_tiers_are_ordered_from_mild_to_grave():
    rule = a_rule(tiers={"critical": {"above": "3s"}, "info": {"above": "1s"}, "warning": {"above": "2s"}})
    assert list(rule.tiers) == ["info", "warning", "critical"]
