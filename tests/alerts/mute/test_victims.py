from __future__ import annotations

from dataclasses import replace

from spanwise_alerts.cover import Cover
from spanwise_alerts.mute.victims import Victims

COVER = Cover("out", "openai", "", frozenset({("shop", "buyer")}), 60.0)
BUYER = {"agent": "buyer"}


def by(victims: Victims, rule: str = "slow") -> tuple[str, ...]:
    return victims.by("x", rule, BUYER, "llm.duration")


def test_victims_are_held_back_while_the_outage_lasts_and_for_the_grace_after_it():
    victims = Victims()
    assert victims.cover({"out-1": COVER}, 0.0)
    assert not victims.cover({"out-1": COVER}, 10.0)
    assert by(victims) == ("out-1",)
    assert not victims.cover({}, 100.0)
    assert (by(victims), victims.next_s()) == (("out-1",), 160.0)
    assert not victims.cover({}, 159.0)
    assert victims.cover({}, 160.0)
    assert by(victims) == ()


def test_an_outage_that_comes_again_within_the_grace_goes_on():
    victims = Victims()
    victims.cover({"out-1": COVER}, 0.0)
    victims.cover({}, 100.0)
    victims.cover({"out-1": COVER}, 120.0)
    assert not victims.move(1000.0)
    assert by(victims) == ("out-1",)


def test_who_joins_is_news():
    victims = Victims()
    victims.cover({"out-1": COVER}, 0.0)
    more = replace(COVER, victims=COVER.victims | {("desk", "clerk")})
    assert victims.cover({"out-1": more}, 1.0)


def test_neither_itself_nor_another_outage_is_held_back():
    victims = Victims()
    victims.cover({"out-1": COVER}, 0.0)
    assert by(victims, rule="out") == ()
    assert victims.by("out-1", "slow", BUYER, "llm.duration") == ()
