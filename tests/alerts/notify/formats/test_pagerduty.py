from __future__ import annotations

import pytest

from spanwise_alerts.alert import Letter
from spanwise_alerts.notify.http import Answer
from tests.alerts.notify.formats.cases import NOW_S, cases, format_of, slow, told


@pytest.mark.parametrize(
    ("status", "wanted"), [(202, "delivered"), (400, "dead"), (403, "dead"), (429, "retry"), (500, "retry")]
)
def test_answers_are_read_as_pagerduty_means_them(status: int, wanted: str):
    assert format_of("pagerduty").outcome(Answer(status)).kind == wanted


def test_all_letters_of_a_thread_are_about_one_incident():
    found = cases()
    thread: list[Letter] = [found["fired"], found["acknowledged"], found["upgraded"], found["resolved"]]
    events = [format_of("pagerduty").post(letter, NOW_S).body for letter in thread]
    assert [event["event_action"] for event in events] == ["trigger", "acknowledge", "trigger", "resolve"]
    assert {event["dedup_key"] for event in events} == {thread[0].key}


@pytest.mark.parametrize("tier", ["info", "warning", "critical"])
def test_the_severity_is_the_tier(tier: str):
    event = format_of("pagerduty").post(told(slow(tier=tier)), NOW_S).body
    assert event["payload"]["severity"] == tier


def test_it_links_to_where_we_are_and_to_what_can_be_done_first():
    event = format_of("pagerduty").post(cases()["evidence"], NOW_S).body
    assert event["client_url"] == "https://alerts.example.com"
    assert [link["text"] for link in event["links"]][:3] == ["Acknowledge", "Silence 2h", "Board"]
