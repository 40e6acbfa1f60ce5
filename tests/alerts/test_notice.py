from __future__ import annotations

from spanwise_alerts.detect.reading import Reading
from spanwise_alerts.notice import notice_of, retired
from spanwise_alerts.rules.kinds import rule_of
from tests.alerts.builders import a_rule, an_alert

LABELS = {"alertname": "llm-latency", "model": "gpt-4o"}


def test_a_notice_says_value_and_threshold_for_people_and_for_machines():
    rule = a_rule(
        summary="{{ model }} {{ value }} > {{ threshold }} ({{ tier }})", description="{{ count }} in {{ window }}"
    )
    told = notice_of(rule, an_alert(), None, None, LABELS, "aa", "http://c")
    assert (told.status, told.kind, told.value, told.threshold) == ("firing", "fired", 9.5, 8.0)
    assert (told.summary, told.description) == ("gpt-4o 9.5 s > 8 s (warning)", "42 in 5m")
    assert told.annotations == {"summary": told.summary, "description": told.description}
    assert (told.links, told.generator_url) == ({"measure": "http://c"}, "http://c")


def test_the_words_and_the_thresholds_of_a_reading_are_said():
    rule = rule_of({"name": "r", "kind": "burn_rate", "measure": "llm.errors", "objective": "99%"})
    alert = an_alert(levels={}, tier="critical", value=20.0, series=())
    reading = Reading((), {}, 20.0, 42, {"objective": "99 %"}, {"critical": 14.4})
    told = notice_of(rule, alert, reading, None, LABELS, "aa", "")
    assert (told.threshold, told.threshold_text, told.links) == (14.4, "14.4", {})
    assert told.summary == "r: errors burn 20 times as fast as 99 % allows"


def test_an_end_without_data_still_has_its_words():
    rule = rule_of({"name": "r", "kind": "budget", "measure": "llm.cost", "limit": "$200"})
    told = notice_of(rule, an_alert(tier=None, value=None, series=()), None, "info", LABELS, "aa", "")
    assert (told.status, told.tier, told.ends_at_s, told.value_text) == ("resolved", "info", 1001.0, "no data")
    assert "of " in told.summary


def test_an_alert_without_a_rule_ends_in_its_last_words():
    last = notice_of(a_rule(), an_alert(), None, None, LABELS, "aa", "")
    told = retired(last, 2, 2000.0)
    assert (told.status, told.summary, told.value, told.step) == ("resolved", last.summary, None, 2)
    assert (told.ends_at_s, told.previous_tier) == (2000.0, "warning")
