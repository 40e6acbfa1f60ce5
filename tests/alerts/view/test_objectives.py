from __future__ import annotations

from typing import Any

from spanwise_alerts.memory import Memory
from spanwise_alerts.question import Answer, Table
from spanwise_alerts.rules.budget import Budget
from spanwise_alerts.rules.burn_rate import BurnRate
from spanwise_alerts.view.objectives import MOST_SERIES, families
from tests.alerts.answers import an_answer
from tests.alerts.builders import a_rule

SLO = BurnRate.model_validate({
    "name": "slo", "kind": "burn_rate", "measure": "llm.errors", "by": ["model"], "objective": "99%",
    "tiers": {"critical": [{"long": "1h", "short": "5m", "rate": 14.4}]},
})  # fmt: skip
SPEND = Budget.model_validate({
    "name": "spend", "kind": "budget", "measure": "llm.cost", "by": ["model"], "limit": "$200", "period": "week",
})  # fmt: skip


def shown(*seen: tuple[Any, list[Answer]]) -> dict[str, list[tuple[dict[str, str], float]]]:
    memory = Memory([rule for rule, _ in seen])
    for rule, answers in seen:
        memory.look(rule, answers)
    return {
        family.name.removeprefix("spanwise_alerts_"): [
            ({name: value for name, value in sample.labels.items() if value}, round(sample.value, 9))
            for sample in family.samples
        ]
        for family in families(memory.objectives)
    }


def test_an_objective_tells_its_burn_rate_in_each_window_also_while_nothing_breaches():
    found = shown((SLO, [an_answer({"gpt-4o": 0.001}), an_answer({"gpt-4o": 0.02})]))
    assert found["objective_ratio"] == [({"rule": "slo"}, 0.99)]
    assert found["burn_rate"] == [
        ({"rule": "slo", "window": "5m", "gen_ai_request_model": "gpt-4o"}, 0.1),
        ({"rule": "slo", "window": "1h", "gen_ai_request_model": "gpt-4o"}, 2.0),
    ]


def test_a_budget_tells_what_is_spent_of_it_the_fullest_first():
    found = shown((SPEND, [an_answer({"gpt-4o": 50.0, "dear": 300.0, "unused": None}), an_answer()]))
    assert found["budget_spent_ratio"] == [
        ({"rule": "spend", "period": "week", "gen_ai_request_model": "dear"}, 1.5),
        ({"rule": "spend", "period": "week", "gen_ai_request_model": "gpt-4o"}, 0.25),
    ]


def test_of_users_the_fullest_stands_for_all_and_no_name_is_shown():
    spent = Answer(Table([(("user", "ada"),), (("user", "bob"),)]), [20.0, 120.0], [1, 1])
    assert shown((SPEND, [spent, spent]))["budget_spent_ratio"] == [({"rule": "spend", "period": "week"}, 0.6)]


def test_a_rule_shows_a_bounded_number_of_series():
    many = an_answer({f"model-{number}": float(number) for number in range(3 * MOST_SERIES)})
    found = shown((SPEND, [many, many]))["budget_spent_ratio"]
    assert len(found) == MOST_SERIES
    assert found[0][0]["gen_ai_request_model"] == f"model-{3 * MOST_SERIES - 1}"


def test_rules_without_a_limit_are_not_looked_at():
    assert shown((a_rule(), [an_answer({"gpt-4o": 1.0})])) == {
        "objective_ratio": [], "burn_rate": [], "budget_spent_ratio": [],
    }  # fmt: skip
