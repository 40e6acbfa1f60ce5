from __future__ import annotations

from spanwise_alerts.question import Answer, Table
from spanwise_alerts.rehearsal import Rehearsal
from spanwise_alerts.rules.kinds import rule_of
from tests.alerts.builders import a_rule

SERIES = (("model", "m"),)


def answers(value: float | None) -> list[Answer]:
    return [Answer(Table([SERIES]), [value], [50])]


def test_a_rule_is_judged_as_it_is_live_moment_by_moment():
    rule = a_rule(tiers={"warning": {"above": "8s", "for": "1m"}, "critical": {"above": "15s"}})
    rehearsal = Rehearsal(rule)
    kinds: list[tuple[float, str, str]] = []
    for at_s, value in ((0, 9.0), (30, 9.0), (60, 9.0), (90, 16.0), (120, 9.0), (150, 1.0), (180, 1.0)):
        kinds += [(at_s, notice.kind, notice.tier) for notice in rehearsal.at(answers(value), float(at_s))]
    assert kinds == [
        (60, "fired", "warning"), (90, "upgraded", "critical"), (120, "downgraded", "warning"),
        (150, "resolved", "warning"),
    ]  # fmt: skip
    assert rehearsal.held == {}


def test_what_fires_says_what_it_said_last_and_what_is_pending_says_nothing():
    rehearsal = Rehearsal(a_rule(tiers={"warning": {"above": "8s", "for": "1m"}}, summary="{{ model }} {{ value }}"))
    rehearsal.at(answers(9.0), 0.0)
    assert rehearsal.says() == []
    rehearsal.at(answers(10.0), 60.0)
    rehearsal.at(answers(12.0), 90.0)
    (notice,) = rehearsal.says()
    assert (notice.summary, notice.labels) == ("m 10 s", {"alertname": "llm-latency", "model": "m"})


def test_each_mark_of_a_budget_is_told_as_it_is_live():
    rehearsal = Rehearsal(rule_of({"name": "b", "kind": "budget", "measure": "llm.cost", "limit": "$100"}))
    told: list[tuple[str, str]] = []
    for second, spent in enumerate([60.0, 85.0, 96.0, 97.0, 101.0, 120.0]):
        both = [Answer(Table([()]), [spent], [50])] * 2
        told += [(notice.tier, notice.threshold_text) for notice in rehearsal.at(both, 1_773_230_400.0 + second)]
    assert told == [("info", "50 %"), ("warning", "80 %"), ("critical", "95 %"), ("critical", "100 %")]
    assert [notice.threshold_text for notice in rehearsal.says()] == ["100 %"]
