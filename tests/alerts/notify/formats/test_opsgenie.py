from __future__ import annotations

import pytest

from spanwise_alerts.notify.http import Answer
from tests.alerts.notify.formats.cases import NOW_S, cases, format_of, slow, told


@pytest.mark.parametrize(
    ("status", "wanted"),
    [(202, "delivered"), (401, "dead"), (403, "dead"), (422, "dead"), (429, "retry"), (503, "retry")],
)
def test_answers_are_read_as_opsgenie_means_them(status: int, wanted: str):
    assert format_of("opsgenie").outcome(Answer(status)).kind == wanted


def test_a_thread_is_one_alert_that_is_closed_in_the_end():
    found = cases()
    fired, over = (format_of("opsgenie").post(found[name], NOW_S) for name in ("fired", "resolved"))
    alias = found["fired"].key
    assert (fired.url, fired.body["alias"]) == ("https://api.opsgenie.com/v2/alerts", alias)
    assert over.url == f"https://api.opsgenie.com/v2/alerts/{alias}/close?identifierType=alias"
    assert fired.headers == over.headers == {"Authorization": "GenieKey secret"}


@pytest.mark.parametrize(("tier", "priority"), [("info", "P5"), ("warning", "P3"), ("critical", "P1")])
def test_the_priority_is_that_of_the_tier(tier: str, priority: str):
    assert format_of("opsgenie").post(told(slow(tier=tier)), NOW_S).body["priority"] == priority


def test_europe_has_an_address_of_its_own():
    europe = format_of("opsgenie", api_url="https://api.eu.opsgenie.com/")
    assert europe.post(cases()["fired"], NOW_S).url == "https://api.eu.opsgenie.com/v2/alerts"


def test_an_acknowledgement_is_theirs_too_with_who_it_was():
    post = format_of("opsgenie").post(cases()["acknowledged"], NOW_S)
    alias = cases()["fired"].key
    assert post.url == f"https://api.opsgenie.com/v2/alerts/{alias}/acknowledge?identifierType=alias"
    assert post.body["note"] == "acknowledged by ada: on it"
