# ruff: noqa: RUF001  letters that look alike are what is tested
from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spanwise_alerts.notify.plain import CUT, cut, look_alike, plain, safe_link, unlinked, utf8_bytes, utf16_units


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("a\r\nb\tc", "a b c"),
        ("a\x1b[31mb\x00", "a [31mb"),
        ("user\u202egnp.exe", "user gnp.exe"),
        ("\ud800x", "x"),
        ("  a   b ", "a b"),
        ("👩\u200d💻 नमस्ते", "👩\u200d💻 नमस्ते"),
        ("a\u3000b\u00a0c", "a b c"),
    ],
)
def test_a_text_is_one_line_of_what_can_be_seen(text: str, shown: str):
    assert plain(text, 100) == shown


@given(st.text(), st.integers(1, 30))
def test_a_text_is_never_longer_than_asked_and_hides_nothing(text: str, most: int):
    shown = plain(text, most)
    assert len(shown) <= most
    assert not {unicodedata.category(char) for char in shown} & {"Cc", "Cs", "Zl", "Zp"}


def test_what_is_cut_has_a_mark():
    assert (plain("abcdef", 4), plain("abcd", 4), plain("ab cdef", 4)) == (f"abc{CUT}", "abcd", f"ab{CUT}")


def test_a_text_that_is_much_too_long_has_a_mark_however_little_of_it_can_be_seen():
    assert plain("a" + " " * 1000 + "b", 10) == f"a{CUT}"
    assert plain("\x00" * 1000, 10) == CUT


@given(st.text(), st.integers(3, 40))
def test_a_size_in_bytes_or_units_holds_too(text: str, most: int):
    seen = plain(text, 1000)
    assert utf8_bytes(cut(seen, most, utf8_bytes)) <= most
    assert utf16_units(cut(seen, most, utf16_units)) <= most


def test_sizes_are_those_of_the_wire_and_of_javascript():
    assert (utf8_bytes("é😀"), utf16_units("é😀")) == (6, 3)


@pytest.mark.parametrize(
    ("raw", "link"),
    [
        ("https://example.com/r?a=b&c=%2C#x", "https://example.com/r?a=b&c=%2C#x"),
        ("http://[::1]:8750/x", "http://[::1]:8750/x"),
        ("https://example.com/a(b)|c>d'e", "https://example.com/a%28b%29%7Cc%3Ed%27e"),
        ("HTTPS://example.com", "https://example.com"),
    ],
)
def test_a_link_can_stand_anywhere(raw: str, link: str):
    assert safe_link(raw) == link


@pytest.mark.parametrize(
    "raw",
    [
        "", "javascript:alert(1)", "data:text/html,x", "//example.com", "example.com", "ftp://example.com", "https://",
        "https://good.example@evil.example/", "https://example.com/a b", "https://example.com/\nx", "https://exämple.com/",
        "https://exa<mple.com/", "http://[bad", "https://example.com/" + "a" * 2000, "https://example.com/" + "(" * 700,
        "https://example.com:99999999/",
    ],
)  # fmt: skip
def test_what_is_no_link_or_hides_where_it_leads_is_none(raw: str):
    assert safe_link(raw) == ""


@pytest.mark.parametrize("text", ["https://evil.example", "@ada", "#tag", "evil.example", "/start", "$USD", "a@b.com"])
def test_what_a_chat_makes_a_link_of_is_broken_and_looks_the_same(text: str):
    broken = unlinked(text)
    assert broken != text
    assert broken.replace("\u2060", "") == text


@pytest.mark.parametrize("text", ["gpt-4.1", "16.2 s", "calls/s", "openai/gpt-4o", "$12.40", "a: b", "50 %"])
def test_what_nobody_makes_a_link_of_stays(text: str):
    assert unlinked(text) == text


def test_letters_of_markdown_are_replaced_by_such_that_look_alike():
    assert look_alike("*b* [x](y) <b> `c` #d |e| ~f~ !g") == "＊b＊ ［x］（y） ＜b＞ ｀c｀ ＃d ｜e｜ ～f～ ！g"
    assert look_alike("llm_latency _x_ __init__") == "llm_latency ＿x＿ ＿＿init＿＿"
    assert [look_alike(text) for text in ("- x", "1. x", "---", "+ y", "==", "a - b")] == [
        "－ x", "1． x", "－－－", "＋ y", "＝＝", "a - b",
    ]  # fmt: skip
