"""Events of the alert manager as lines."""

from spanwise_alerts.alert import Letter, Message, Notice, Outcome
from spanwise_alerts.events import AlertChanged, DeliveryAttempted
from spanwise_stack.news import lines

NOTICE = Notice(
    status="firing", tier="critical", previous_tier=None, rule="llm-latency", summary="p95 is 9 s", description="",
    labels={}, value=9.0, value_text="9 s", threshold=8.0, threshold_text="8s", unit="s", window_s=300.0, count=40,
    starts_at_s=1.0, ends_at_s=None, fingerprint="f", step=1, runbook="", links={},
)  # fmt: skip
LETTER = Letter("k", "k", "team/webhook", Message("g", "team", "firing", "first", (NOTICE,), {}, {}, {}))


def test_a_transition_says_tier_rule_and_summary():
    assert list(lines(AlertChanged(1.0, "fired", NOTICE))) == ["alert fired  critical  llm-latency: p95 is 9 s"]


def test_a_delivery_says_where_to():
    event = DeliveryAttempted(1.0, LETTER, Outcome("delivered"), 1)
    assert list(lines(event)) == ["delivered  firing llm-latency to team/webhook"]


def test_a_failed_delivery_says_why_and_whether_it_is_tried_again():
    tried = DeliveryAttempted(1.0, LETTER, Outcome("retry", "status 503"), 1)
    given_up = DeliveryAttempted(1.0, LETTER, Outcome("dead", "status 404"), 1)
    assert list(lines(tried)) == [
        "not delivered, to be tried again  firing llm-latency to team/webhook, attempt 1: status 503"
    ]
    assert list(lines(given_up)) == [
        "not delivered, given up  firing llm-latency to team/webhook, attempt 1: status 404"
    ]


def test_a_receiver_that_stays_away_does_not_fill_the_log():
    attempts = [DeliveryAttempted(1.0, LETTER, Outcome("retry", "status 503"), n) for n in range(1, 201)]
    told = [line for event in attempts for line in lines(event)]
    assert ["attempt 1:" in told[0], "attempt 10:" in told[1], "attempt 100:" in told[2]] == [True] * len(told)
