from __future__ import annotations

import base64
import hmac
from dataclasses import replace
from typing import Any
from urllib.parse import urlsplit

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from spanwise_alerts.alert import Letter
from spanwise_alerts.notify.message import letters_of
from spanwise_alerts.people.links import Link, LinkExpired, LinkRefused, SignedLinks, digest_of
from tests.alerts.builders import a_letter, a_message, a_notice

LINKS = SignedLinks("https://alerts.example.com/spanwise/", b"s" * 32, {"ada-phone": "ada"})
LINK = Link("acknowledge", "00000000000000aa", "", 1000.5, 5000.0, "ada@example.com")


def token_of(link: Link, links: SignedLinks = LINKS) -> str:
    return links.url(link).rpartition("/")[2]


def dressed(**changes: Any) -> dict[str, Link]:
    letter = replace(a_letter(), **changes)
    return {name: LINKS.read(url.rpartition("/")[2], 100.0) for name, url in LINKS.dress(letter, 100.0).actions.items()}


def letter_of(*notices: Any, **changes: Any) -> Letter:
    (letter,) = letters_of(a_message(*notices, **changes), "t", 1, {"team/webhook": True})
    return letter


def test_a_link_is_read_back_as_it_was_made():
    assert LINKS.read(token_of(LINK), 4999.0) == LINK
    assert urlsplit(LINKS.url(LINK)).path.startswith("/spanwise/act/")


@given(
    deed=st.sampled_from(["acknowledge", "snooze"]), who=st.text(max_size=50),
    begun=st.floats(0, 2e9), place=st.integers(0), byte=st.integers(1, 255),
)  # fmt: skip
def test_whatever_is_changed_in_a_link_it_does_nothing(deed: Any, who: str, begun: float, place: int, byte: int):
    token = token_of(Link(deed, "aa", "", begun, 5000.0, who))
    raw = bytearray(base64.urlsafe_b64decode(token + "=" * (-len(token) % 4)))
    raw[place % len(raw)] ^= byte
    changed = base64.urlsafe_b64encode(bytes(raw)).decode().rstrip("=")
    with pytest.raises(LinkRefused):
        LINKS.read(changed, 100.0)


def test_a_moment_of_a_link_is_never_before_that_of_its_alert():
    begun_by_s = LINKS.read(token_of(replace(LINK, begun_by_s=1000.00049)), 100.0).begun_by_s
    assert 1000.00049 <= begun_by_s < 1000.002


@pytest.mark.parametrize(
    "wrong", ["", "x", "===", "ä" * 10, "A" * 40, "A" * 3000, token_of(LINK)[:-1], token_of(LINK) + "="]
)
def test_what_is_no_link_is_refused(wrong: str):
    with pytest.raises(LinkRefused, match="not complete, or it was not made here"):
        LINKS.read(wrong, 100.0)


def test_a_link_of_another_secret_or_another_purpose_is_refused():
    other = SignedLinks("https://alerts.example.com", b"t" * 32, {})
    with pytest.raises(LinkRefused):
        LINKS.read(token_of(LINK, other), 100.0)
    body = msgspec.json.encode(["acknowledge", "aa", "", 1, 5000, "ada"])
    # signed with the secret itself, as something else might be
    raw = hmac.digest(b"s" * 32, body, "sha256") + body
    with pytest.raises(LinkRefused):
        LINKS.read(base64.urlsafe_b64encode(raw).decode().rstrip("="), 100.0)


def test_a_link_that_is_too_old_says_so():
    with pytest.raises(LinkExpired, match="too old"):
        LINKS.read(token_of(LINK), 5000.0)


def test_a_message_about_one_alert_links_to_it_and_expires_after_a_week():
    found = dressed()
    assert found["Acknowledge"] == Link("acknowledge", "00000000000000aa", "", 1000.5, 100.0 + 7 * 86400, "team")
    assert found["Snooze 2h"] == replace(found["Acknowledge"], deed="snooze")


def test_a_message_about_several_links_to_their_group_up_to_the_newest():
    notices = a_notice(starts_at_s=5.0), a_notice(fingerprint="b", starts_at_s=7.0)
    over = a_notice(fingerprint="c", starts_at_s=9.0, status="resolved", ends_at_s=10.0)
    letter = LINKS.dress(letter_of(*notices, over), 100.0)
    link = LINKS.read(letter.actions["Acknowledge"].rpartition("/")[2], 100.0)
    assert (link.fingerprint, link.group, link.begun_by_s) == ("", digest_of('{}:{alertname="llm-latency"}'), 7.0)


@pytest.mark.parametrize(
    "letter",
    [
        letter_of(a_notice(status="resolved", ends_at_s=5.0)),
        letter_of(a_notice(), a_notice(fingerprint="b"), reason="overflow", group_key="overflow:team"),
        letter_of(a_notice(), a_notice(fingerprint="b"), reason="reminder", group_key="silence:1"),
    ],
)
def test_where_nothing_can_be_done_or_several_groups_are_told_there_are_no_links(letter: Letter):
    assert LINKS.dress(letter, 100.0) == letter


@pytest.mark.parametrize(
    ("channel", "receiver", "who"),
    [
        ("team/webhook", "team", "team"), ("team/email/ada@example.com", "team", "ada@example.com"),
        ("ada-phone/email/ada@example.com", "ada-phone", "ada"), ("ada-phone/pagerduty/2", "ada-phone", "ada"),
    ],
)  # fmt: skip
def test_whoever_a_message_is_for_acts_by_its_link(channel: str, receiver: str, who: str):
    found = dressed(channel=channel, message=replace(a_message(), receiver=receiver))
    assert {link.who for link in found.values()} == {who}


def test_links_that_were_there_stay():
    letter = replace(a_letter(), actions={"Open": "https://example.com"})
    assert list(LINKS.dress(letter, 1.0).actions) == ["Open", "Acknowledge", "Snooze 2h"]
