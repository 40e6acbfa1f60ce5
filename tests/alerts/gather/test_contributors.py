from __future__ import annotations

from spanwise_alerts.evidence import Contributor
from spanwise_alerts.gather.contributors import contributors, part_questions, user_question
from tests.alerts.gather.asked import AT_S, answer, subject

COST = {"measure": "llm.cost", "stat": "sum", "tiers": {"warning": {"above": "$1"}}}
ERRORS = {"measure": "llm.errors", "stat": "ratio", "tiers": {"warning": {"above": "5%"}}}


def test_each_dimension_that_is_not_fixed_is_asked_for():
    asked = part_questions(subject(by=["model"], where={"agent": "a"}))
    assert list(asked) == ["service", "provider", "error_type", "environment", "tenant"]
    assert asked["service"].by == ("service",)
    assert dict(asked["service"].where) == {"agent": "a", "model": "gpt-4o"}


def test_parts_of_a_sum_have_shares_the_greatest_first_and_two_of_a_dimension():
    found = contributors(
        subject(**COST),
        {
            "agent": answer("agent", {"a": (6.0, 3), "b": (3.0, 3), "c": (1.0, 3)}),
            "service": answer("service", {"s": (8.0, 9), "": (2.0, 9)}),
        },
    )
    assert found == (
        Contributor("service", "s", "$8.00", 0.8),
        Contributor("agent", "a", "$6.00", 0.6),
        Contributor("agent", "b", "$3.00", 0.3),
    )


def test_parts_of_failures_share_what_failed_not_what_was_called():
    found = contributors(
        subject(**ERRORS),
        {
            "agent": answer("agent", {"a": (0.5, 10), "b": (0.0, 90)}),
            "error_type": answer("error_type", {"timeout": (1.0, 5), "": (0.0, 95)}),
        },
    )
    assert found == (
        Contributor("agent", "a", "5 of 10 failed", 1.0),
        Contributor("error_type", "timeout", "5 errors", 1.0),
    )


def test_parts_of_a_percentile_have_their_own_value_and_no_share():
    found = contributors(
        subject(), {"agent": answer("agent", {"slow": (20.0, 30), "quick": (2.0, 60), "once": (90.0, 1)})}
    )
    assert found == (Contributor("agent", "slow", "20 s"),)


def test_what_is_the_same_for_all_says_nothing_unless_it_is_the_only_error():
    asked = {
        "environment": answer("environment", {"prod": (10.0, 5)}),
        "error_type": answer("error_type", {"timeout": (10.0, 5)}),
    }
    assert [each.value for each in contributors(subject(**COST), asked)] == ["timeout"]


def test_who_spent_is_asked_of_money_and_tokens_only():
    asked = user_question(subject(**COST))
    assert asked is not None
    assert (asked.by, asked.stat, asked.since_s) == (("user",), "sum", AT_S - 300.0)
    assert user_question(subject()) is None
    assert user_question(subject(**ERRORS)) is None
