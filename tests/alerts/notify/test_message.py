from __future__ import annotations

from spanwise_alerts.notify.message import letters_of, message_of, shared
from tests.alerts.builders import a_letter, a_message, a_notice

OVER = a_notice(fingerprint="b", status="resolved", ends_at_s=5.0, tier="critical")


def test_the_gravest_comes_first_and_what_is_over_last():
    notices = [OVER, a_notice(tier="info"), a_notice(tier="critical"), a_notice(starts_at_s=1.0, tier="critical")]
    message = message_of("k", "team", "new", notices, {"a": "b"})
    assert [(n.status, n.tier, n.starts_at_s) for n in message.notices] == [
        ("firing", "critical", 1.0), ("firing", "critical", 1000.5), ("firing", "info", 1000.5),
        ("resolved", "critical", 1000.5),
    ]  # fmt: skip
    assert (message.status, message.tier, message.summary) == ("firing", "critical", "gpt-4o is slow (and 3 more)")


def test_what_all_have_in_common_is_said_once():
    assert shared([{"a": "1", "b": "2"}, {"a": "1", "b": "3"}]) == {"a": "1"}
    assert shared([]) == {}


def test_keys_depend_on_thread_step_and_channel_only():
    assert a_letter(summary="other", value=1.0).key == a_letter().key
    assert len({letter.key for letter in [a_letter(), a_letter("x"), a_letter(step=2), a_letter(thread="x")]}) == 4
    assert a_letter(step=3).first_key == a_letter().key


def test_a_channel_without_ends_hears_what_fires_only():
    channels = {"all": True, "quiet": False}
    both = letters_of(message_of("k", "team", "new", [a_notice(), OVER], {}), "t", 1, channels)
    assert [(letter.channel, len(letter.message.notices)) for letter in both] == [("all", 2), ("quiet", 1)]
    ends = letters_of(message_of("k", "team", "resolved", [a_notice(), OVER], {}), "t", 1, channels)
    assert [letter.channel for letter in ends] == ["all"]
    gone = letters_of(message_of("k", "team", "digest", [OVER], {}), "t", 1, channels)
    assert [letter.channel for letter in gone] == ["all"]
    headline = letters_of(a_message(reason="reminder", headline="soon"), "t", 1, channels)
    assert [letter.message.summary for letter in headline] == ["soon", "soon"]
