from __future__ import annotations

from spanwise_alerts.notify.card import card_of
from spanwise_alerts.notify.formats.details import details_of, links_of
from tests.alerts.notify.formats.cases import cases


def test_of_one_alert_names_are_as_they_are_and_of_several_they_have_its_place():
    assert details_of(card_of(cases()["upgraded"]))["Tier"] == "critical (was warning)"
    several = details_of(card_of(cases()["several"]))
    assert (several["1 Tier"], several["2 Alert"]) == ("critical", "warning: model-00 p95 is 9.5 s")
    assert "and 16 more alerts" in details_of(card_of(cases()["many"]))["Also"]


def test_an_address_is_linked_once_and_what_can_be_done_comes_first():
    links = links_of(card_of(cases()["several"]))
    assert len({link["href"] for link in links}) == len(links) == 2
    assert links_of(card_of(cases()["fired"]))[0]["text"] == "Acknowledge"
