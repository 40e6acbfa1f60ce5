from __future__ import annotations

import pytest

from spanwise_alerts.rules.measured import shown, unit_of
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
        amount = "5%" if shown(found, stat) == "%" else written.get(unit_of(found, stat), 50)
        tiers = {"warning": {"above": amount}}
        rule = a_rule(measure=found.name, stat=stat, by=found.dimensions, tiers=tiers)
        assert rule.unit == unit_of(found, stat)


def test_a_share_is_told_in_percent_whatever_measure_it_is_of():
    rule = a_rule(measure="run.llm_share", stat="mean", by=["agent"], tiers={"info": {"above": "80%"}})
    assert (rule.unit, rule.shown_unit, rule.threshold_of("info")) == ("1", "%", 0.8)


def test_tiers_are_ordered_from_mild_to_grave():
    rule = a_rule(tiers={"critical": {"above": "3s"}, "info": {"above": "1s"}, "warning": {"above": "2s"}})
    assert list(rule.tiers) == ["info", "warning", "critical"]
