from __future__ import annotations

import re
from pathlib import Path

from spanwise_alerts.config import AlertsConfig, load
from spanwise_alerts.rules.defaults import default_rules

RUNBOOKS = (Path(__file__).parents[3] / "docs" / "runbooks.md").read_text()
# the budgets that a run of an agent is given, and the marks from which a diagnosis speaks of it
BUDGETS = {
    "run.duration": 15, "llm.duration": 8, "tool.duration": 3, "run.tokens": 50_000, "run.cost": 0.5, "run.steps": 15,
}  # fmt: skip
MARKS = {"llm.duration": 5, "run.llm_share": 0.8, "tool.duration": 2, "run.steps": 10, "run.tokens": 10_000}


def test_they_hold_the_budgets_and_the_marks():
    found = {rule.measured[0]: rule for rule in default_rules()}
    assert {measure: found[measure].threshold_of("warning") for measure in BUDGETS} == BUDGETS
    assert {measure: found[measure].threshold_of("info") for measure in MARKS} == MARKS


def test_each_has_a_section_in_the_runbooks_and_the_runbooks_have_no_other():
    assert re.findall(r"^## (\S+)$", RUNBOOKS, re.MULTILINE) == [rule.name for rule in default_rules()]
    assert all(f"docs/runbooks.md#{rule.name}" in rule.description for rule in default_rules())


def test_latencies_shares_and_costs_want_several_observations_and_some_minutes():
    for rule in default_rules():
        if rule.measured[1] in {"p95", "mean"}:
            assert rule.min_count >= 10
            assert min(rule.wait_s(tier) for tier in rule.tier_names()) >= 300


def test_they_can_be_left_out_and_replaced(tmp_path: Path):
    assert [rule.name for rule in AlertsConfig().watched] == [rule.name for rule in default_rules()]
    assert load({"default_rules": False}, "f", tmp_path).watched == []
    own = {"name": "spanwise-dear-runs", "measure": "run.cost", "stat": "p95", "tiers": {"info": {"above": "$9"}}}
    watched = load({"rules": [own]}, "f", tmp_path).watched
    assert [rule.threshold_of("info") for rule in watched if rule.name == "spanwise-dear-runs"] == [9.0]
    assert len(watched) == len(default_rules())
