import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from spanwise.content.escapes import unescaped


@pytest.mark.parametrize(
    ("text", "letters"),
    [
        (r"ann\u0040example.com", "ann@example.com"),
        (r"ann\\\u0040example.com", "ann@example.com"),
        (r"\u4E2d\u6587", "中文"),
        (r"\ud83d\ude00", "😀"),
        (r"\ud83d", r"\ud83d"),
        (r"\ude00\ud83d", r"\ude00\ud83d"),
        (r"\u004", r"\u004"),
        ("\\" * 20, "\\" * 20),
    ],
)
def test_letters_are_given_back_and_halves_stay(text, letters):
    assert unescaped(text) == letters


@settings(deadline=None)
@given(st.text(alphabet=st.characters(min_codepoint=0x80, exclude_categories=("Cs",))), st.integers(1, 3))
def test_letters_come_back_however_often_they_were_made_json(text, times):
    told = text
    for _ in range(times):
        told = json.dumps(told)[1:-1]
    assert unescaped(told) == text


@settings(deadline=None)
@given(st.text(alphabet="\\u0dD8c4"))
def test_what_comes_back_can_always_leave(text):
    unescaped(text).encode()
