from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from spanwise_alerts.alert import Expected
from spanwise_alerts.evidence import Contributor, Evidence, Turn
from spanwise_alerts.notify.card import SHAPES, Card, Link, Part, card_of, fitted
from tests.alerts.notify.formats.cases import ACTIONS, BEGUN_S, FOUND, MARK, cases, slow, told


def facts(part: Part) -> dict[str, str]:
    return {fact.name: fact.value for fact in part.facts}


def only(**changes: Any) -> dict[str, str]:
    (part,) = card_of(told(slow(**changes))).parts
    return facts(part)


def test_a_card_says_what_every_message_carries():
    card = card_of(told(slow(previous_tier="warning"), evidence={MARK: FOUND}, actions=ACTIONS))
    (part,) = card.parts
    assert (card.headline, card.tone, part.title, part.tone) == (
        "[FIRING:critical] gpt-4o p95 is 16.2 s", "critical", "", "critical",
    )  # fmt: skip
    assert facts(part) == {
        "Value": "16.2 s, threshold 15 s, 42 observations in 5m", "Since": "2027-01-15 08:00:00 UTC",
        "Tier": "critical (was warning)", "Labels": "alertname=llm-latency, model=gpt-4o",
        "History": "07:55:00 warning, 08:00:00 critical",
        "Most of it": "agent researcher: 18.1 s; tool web_search: $12.40 (62 %); service.version 1.4.2: 9 s; 1 more",
        "Changed": "share of input read from the cache: 62 % before, 4 % now; "
        "prompt of researcher: 7f3a before, c91e now; retries per call: 0.02 before, 0.4 now",
        "Traces": "failing: chat gpt-4o, 31 s, timeout; failing: chat gpt-4o, 22 s, 429 (3 retries); "
        "failing: chat gpt-4o, 19 s; healthy: chat gpt-4o, 2.1 s",
    }  # fmt: skip
    names = ["Board", "Runbook", "Failing trace 1", "Failing trace 2", "Healthy trace", "Numbers"]
    assert [link.name for link in part.links] == names
    assert card.actions == tuple(Link(name, url) for name, url in ACTIONS.items())


@pytest.mark.parametrize(
    ("lower", "upper", "wanted"),
    [(1.5, 3.0, "1.5 s to 3 s"), (1.5, None, "at least 1.5 s"), (None, 3.0, "at most 3 s")],
)
def test_an_anomaly_is_told_against_what_was_expected(lower: float | None, upper: float | None, wanted: str):
    said = only(expected=Expected(2.1, lower, upper, 0.001), count=0)
    assert said["Value"] == f"16.2 s, expected 2.1 s ({wanted})"


def test_how_long_it_lasts_is_told_and_when_it_ended():
    assert only(updated_at_s=BEGUN_S + 90)["Since"] == "2027-01-15 08:00:00 UTC (90 s)"
    over = only(status="resolved", ends_at_s=BEGUN_S + 600, updated_at_s=BEGUN_S + 9999)
    assert over["Since"] == "2027-01-15 08:00:00 UTC until 2027-01-15 08:10:00 UTC (10m)"


def test_what_is_not_known_is_not_told():
    said = only(value=None, value_text="", threshold_text="", count=0)
    assert "Value" not in said
    assert {"Most of it", "Changed", "Traces", "History", "Not found"}.isdisjoint(said)
    card = card_of(told(slow(), evidence={MARK: Evidence(missing="no answer within 2 s")}))
    assert facts(card.parts[0])["Not found"] == "no answer within 2 s"


def test_a_part_without_a_share_shows_none():
    card = card_of(told(slow(), evidence={MARK: Evidence(contributors=(Contributor("model", "x", "9 s"),))}))
    assert facts(card.parts[0])["Most of it"] == "model x: 9 s"


def test_a_long_history_begins_with_how_much_is_left_out():
    turns = tuple(Turn(BEGUN_S + place * 86400, "warning" if place % 2 else None) for place in range(9))
    card = card_of(told(slow(), evidence={MARK: Evidence(history=turns)}))
    said = facts(card.parts[0])["History"]
    assert said.startswith("3 earlier, 2027-01-18 08:00:00 warning, 2027-01-19 08:00:00 over")


def test_a_runbook_that_is_no_link_is_shown_as_text():
    (part,) = card_of(told(slow(runbook="javascript:alert(1)"))).parts
    assert facts(part)["Runbook"] == "javascript:alert(1)"
    assert [link.name for link in part.links] == ["Numbers"]


def test_several_alerts_are_told_in_full_then_by_a_line_then_by_their_number():
    card = card_of(cases()["many"])
    assert (len(card.parts), len(card.others), card.left, card.more) == (5, 20, 16, "and 16 more alerts")
    assert card.parts[0].title == "critical: gpt-4o p95 is 16.2 s"
    assert card.others[0] == "warning: model-04 p95 is 9.5 s"
    assert card_of(cases()["several"]).more == ""


def test_what_is_over_is_marked_in_the_midst_of_what_fires():
    card = card_of(cases()["several"])
    assert (card.tone, card.parts[-1].tone, card.parts[-1].title) == (
        "critical", "over", "resolved: gpt-4o p95 is 16.2 s",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("case", "mark", "tone"),
    [("resolved", "RESOLVED", "over"), ("reminder", "REMINDER", "critical"), ("digest", "FIRING:warning", "warning")],
)
def test_the_mark_says_what_it_is_about(case: str, mark: str, tone: str):
    card = card_of(cases()[case])
    assert (card.mark, card.tone) == (mark, tone)


def test_a_message_without_alerts_has_a_headline_only():
    letter = cases()["reminder"]
    bare = replace(letter, message=replace(letter.message, notices=()))
    card = card_of(bare)
    assert (card.parts, card.others, card.left) == ((), (), 0)
    assert card.title.startswith("a silence by ada")


def test_the_fullest_card_that_fits_is_taken_and_the_shortest_where_none_does():
    sizes: list[int] = []

    def build(card: Card) -> int:
        sizes.append(len(card.parts))
        return len(card.parts)

    assert fitted(cases()["many"], build, lambda size: size <= 3) == 3
    assert sizes == [5, 3]
    assert fitted(cases()["many"], lambda card: card, lambda _: False) == card_of(cases()["many"], SHAPES[-1])


def test_a_title_is_never_empty():
    assert card_of(told(slow(summary="\x00 "))).headline == "[FIRING:critical] no summary"


def test_facts_that_are_left_out_are_mentioned():
    letter = told(slow(description="why"), evidence={MARK: FOUND})
    assert card_of(letter).more == ""
    assert card_of(letter, SHAPES[3]).more == "shortened: there is no room for all facts"
    assert card_of(cases()["long"], SHAPES[3]).more == "and 56 more alerts; shortened: there is no room for all facts"
