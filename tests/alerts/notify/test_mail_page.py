from __future__ import annotations

from dataclasses import replace
from html.parser import HTMLParser
from typing import Any

import pytest

from spanwise_alerts.alert import Expected, Letter, Notice, Reason
from spanwise_alerts.evidence import Contributor, Course, Evidence, Example, Shift, Turn
from spanwise_alerts.notify.mail_page import page_of
from spanwise_alerts.notify.message import letters_of, message_of
from tests.alerts.builders import a_notice

MARK = a_notice().fingerprint
EVIL = (
    "<script>alert(1)</script>\"'><img src=x onerror=alert(1)></td></table><style>*{display:none}</style>"
    "\r\nRunbook      https://evil.example.com\r\n\r\n{{ 7 * 7 }}{% raw %}\u202egpj.exe\u2028\x00"
)
FOUND = Evidence(
    history=(Turn(1000.0, "warning"), Turn(1060.0, "critical")),
    contributors=(Contributor("tool", "search_web", "31 of 40 failed", 0.71), Contributor("agent", "a", "20 s")),
    examples=(
        Example("ab", "https://t.example.com/ab", "chat gpt-4o, 17 s, timeout", failing=True),
        Example("cd", "", "", failing=False),
    ),
    shifts=(Shift("model version", "v1", "v2"),),
    course=Course("llm.duration p95", "s", [1000.0, 1060.0], [2.0, 9.5], 8.0),
    board="https://g.example.com/d/spanwise-llm?from=1&var-model=a%26b",
    missing="users: not there within 2 s",
    chart=b"\x89PNG",
)


class Seen(HTMLParser):
    """What a browser would make of a page: its tags, links, pictures and words."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: set[str] = set()
        self.links: list[str] = []
        self.pictures: list[tuple[str, str]] = []
        self.words = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = {name: value or "" for name, value in attrs}
        self.tags.append(tag)
        self.attributes |= found.keys()
        if "href" in found:
            self.links.append(found["href"])
        if tag == "img":
            self.pictures.append((found["src"], found["alt"]))

    def handle_data(self, data: str) -> None:
        self.words += data


def letter(*notices: Notice, reason: Reason = "first", headline: str = "", **more: Any) -> Letter:
    message = message_of("g", "team", reason, notices, {}, headline)
    (made,) = letters_of(message, "thread", 1, {"team/email/a@b": True})
    return replace(made, **more)


def both(made: Letter) -> tuple[Seen, str]:
    page = page_of(made, "example.com")
    return Seen(page.html()), page.text()


def test_all_that_was_found_is_shown_in_both_parts():
    html, text = both(letter(a_notice(), evidence={MARK: FOUND}))
    shown = " ".join(html.words.split())
    for said in (
        "9.5 s", "threshold 8 s", "search_web", "71 %", "31 of 40 failed", "model version", "v1", "v2",
        "chat gpt-4o, 17 s, timeout", "users: not there within 2 s", "failing", "healthy", "llm-latency",
    ):  # fmt: skip
        assert said in shown, said
        assert said in text, said
    assert "00:16:40 warning → 00:17:40 critical" in shown
    assert "History      00:16:40 warning, 00:17:40 critical" in text
    assert {"https://t.example.com/ab", FOUND.board, "https://example.com/r", a_notice().links["measure"]} == {
        *html.links
    }
    assert "    https://t.example.com/ab" in text.splitlines()
    assert f"Board        {FOUND.board}" in text.splitlines()


def test_a_chart_is_a_picture_of_the_mail_with_words_for_who_does_not_see_it():
    page = page_of(letter(a_notice(), evidence={MARK: FOUND}), "example.com")
    (chart,) = page.charts
    assert chart.png == b"\x89PNG"
    assert chart.cid.endswith("@example.com")
    alt = (
        "llm.duration p95 from 1970-01-01 00:16 to 1970-01-01 00:17 UTC: between 2 s and 9.5 s, at last 9.5 s; "
        "threshold 8 s"
    )
    assert Seen(page.html()).pictures == [(f"cid:{chart.cid}", alt)]
    assert not Seen(page_of(letter(a_notice()), "example.com").html()).pictures


def test_actions_are_buttons_and_stand_first_in_the_text():
    actions = {"Acknowledge": "https://a.example.com/ack?t=1&u=2", "Silence 1 h": "https://a.example.com/s"}
    html, text = both(letter(a_notice(), actions=actions))
    assert html.links[:2] == [*actions.values()]
    assert text.splitlines()[1] == "Acknowledge  https://a.example.com/ack?t=1&u=2"


def test_whatever_strangers_write_is_inert_in_both_parts():
    evil = a_notice(
        summary=EVIL, description=EVIL, labels={"alertname": EVIL, EVIL: EVIL}, value_text=EVIL, threshold_text=EVIL,
        runbook="javascript:alert(1)", source="push",
        links={"source": "data:text/html,<script>", EVIL: "https://x@evil.example.com/"},
    )  # fmt: skip
    found = Evidence(
        contributors=(Contributor(EVIL, EVIL, EVIL, 0.7),), shifts=(Shift(EVIL, EVIL, EVIL),), missing=EVIL,
        examples=(Example("ab", "javascript:alert(1)", EVIL, failing=True),), board="vbscript:x",
    )  # fmt: skip
    plain, _ = both(letter(a_notice(), evidence={MARK: FOUND}))
    made = letter(evil, evil, headline=EVIL, evidence={MARK: found}, actions={EVIL: "javascript:alert(1)"})
    html, text = both(made)
    assert set(html.tags) <= {*plain.tags}
    assert html.tags.count("style") == 1
    assert html.attributes <= {*plain.attributes}
    assert html.links == []
    assert "49" not in html.words
    for shown in (html.words, text):
        assert not {"\u202e", "\u2028", "\x00", "\r"} & {*shown}
    assert not any(line.startswith("Runbook") for line in text.splitlines())


def test_a_message_of_many_shows_five_in_full_a_row_each_then_how_many():
    notices = [a_notice(summary=f"alert {n}.", fingerprint=f"{n:016x}", starts_at_s=1000.0 + n) for n in range(70)]
    html, text = both(letter(*notices, reason="overflow", headline="70 alerts, told together"))
    assert "70 alerts, told together" in html.words
    assert text.startswith("[FIRING:warning] 70 alerts, told together")
    for shown in (html.words, text):
        assert [f"alert {n}." in shown for n in (0, 4, 5, 54, 55)] == [True, True, True, True, False]
        assert "and 15 more" in shown
    assert text.count("Value ") == 5


@pytest.mark.parametrize(
    ("reason", "said"), [("repeat", "as it still fires"), ("unmuted", "after it was held back"), ("first", "to team.")]
)
def test_it_says_why_something_known_is_told_again(reason: Reason, said: str):
    assert said in both(letter(a_notice(), reason=reason))[0].words


def test_a_digest_and_a_reminder_say_what_they_are_about():
    html, text = both(letter(a_notice(), reason="flapping", headline="flapping, next word in 1h: x"))
    assert "flapping, next word in 1h: x" in html.words
    assert "WARNING: gpt-4o is slow" in text
    html, text = both(letter(reason="reminder", headline="the silence ends in 15m"))
    assert "REMINDER" in html.words
    assert text == "[REMINDER] the silence ends in 15m\n"


def test_what_is_over_says_from_when_to_when():
    over = a_notice(status="resolved", starts_at_s=1000.0, ends_at_s=1700.0, tier="critical", value_text="1.2 s")
    html, text = both(letter(over))
    assert "1970-01-01 00:28:20 UTC (after 11m 40s)" in html.words
    assert "Until        1970-01-01 00:28:20 UTC" in text
    assert "RESOLVED" in html.words


@pytest.mark.parametrize(
    ("expected", "said"),
    [
        (Expected(2.0, 1.0, 3.0, 0.01), "usually 1 s to 3 s"),
        (Expected(2.0, 1.0, None, 0.01), "usually at least 1 s"),
        (Expected(2.0, None, 3.0, 0.01), "usually at most 3 s"),
    ],
)
def test_an_anomaly_is_told_against_what_is_usual(expected: Expected, said: str):
    html, text = both(letter(a_notice(expected=expected, threshold_text="")))
    assert said in html.words
    assert f"Against      {said}" in text


def test_a_description_keeps_its_lines_and_none_of_them_looks_like_ours():
    html, text = both(letter(a_notice(description="first\nRunbook      https://evil.example.com")))
    assert "  first\n  Runbook https://evil.example.com\n" in text
    assert html.tags.count("p") > 2


def test_the_largest_message_is_not_clipped_by_mail_programs():
    notices = [a_notice(summary=f"alert {n} " * 12, fingerprint=f"{n:016x}") for n in range(500)]
    page = page_of(letter(*notices, evidence={f"{n:016x}": FOUND for n in range(5)}), "example.com")
    assert len(page.html().encode()) < 102_000


def test_a_long_text_is_cut():
    html, text = both(letter(a_notice(summary="x" * 10_000, labels={"y" * 500: "z" * 10_000})))
    assert max(map(len, text.splitlines())) < 2100
    assert len(html.words) < 15_000
