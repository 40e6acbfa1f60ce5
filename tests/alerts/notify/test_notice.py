from __future__ import annotations

from spanwise_alerts.notify.notice import letter_to, notice_of, retired
from tests.alerts.builders import a_letter, a_notice, a_rule, an_alert

LABELS = {"alertname": "llm-latency", "model": "gpt-4o"}


def test_a_notice_says_value_threshold_and_dimensions():
    rule = a_rule(summary="{{ model }}: {{ value }} > {{ threshold }} ({{ tier }}, {{ stat }} of {{ window }})")
    notice = notice_of(rule, an_alert(), None, LABELS, "key", "mark", "link")
    assert notice.summary == "gpt-4o: 9.5 s > 8 s (warning, p95 of 5m)"
    assert (notice.kind, notice.status, notice.ends_at_s) == ("fired", "firing", None)
    assert notice.links == {"measure": "link"}


def test_a_resolved_notice_has_the_tier_and_the_threshold_that_ended():
    over = an_alert(tier=None, levels={}, value=None, count=0, step=2, updated_at_s=1100.0)
    notice = notice_of(a_rule(), over, "critical", LABELS, "key", "mark", "link")
    assert (notice.kind, notice.tier, notice.previous_tier) == ("resolved", "critical", "critical")
    assert notice.threshold == 15
    assert (notice.value_text, notice.ends_at_s) == ("no data", 1100.0)


def test_kinds_follow_the_order_of_tiers():
    assert a_notice(tier="critical", previous_tier="warning").kind == "upgraded"
    assert a_notice(tier="info", previous_tier="warning").kind == "downgraded"


def test_a_retired_alert_is_resolved_in_the_words_told_last():
    notice = retired(a_notice(), 2, 1200.0)
    assert (notice.status, notice.summary, notice.ends_at_s, notice.step) == ("resolved", "gpt-4o is slow", 1200.0, 2)


def test_keys_depend_on_group_firing_step_and_channel_only():
    assert a_letter(summary="other", value=1.0).key == a_letter().key
    others = [a_letter("x"), a_letter(step=2), a_letter(starts_at_s=1.0), a_letter(group_key="x")]
    assert len({letter.key for letter in [a_letter(), *others]}) == 5
    assert letter_to("team/webhook", a_notice(step=3)).first_key == a_letter().key
