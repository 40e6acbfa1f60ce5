from __future__ import annotations

import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spanwise_alerts.matchers import (
    Matcher,
    matcher_from,
    matches_all,
    ordered,
    parse_all,
    parse_matchers,
    quoted,
    written,
)

LABELS = {"model": "gpt-4o", "team": 'a"b', "k8s.pod": "p 1", "dauer-ß": "3,4"}


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ('model="gpt-4o"', True), ("model=gpt-4o", True), ('model!="gpt-4o"', False), ('model=~"gpt.*"', True),
        ('model=~"gpt"', False), ('model!~"gpt.*"', False), ('nix=""', True), ('nix!=""', False), ("nix=", True),
        ('team="a\\"b"', True), ('{model="gpt-4o"}', True), (' model = "gpt-4o" ', True), ('"k8s.pod"="p 1"', True),
        ("k8s.pod=~p.*", True), ('"dauer-\\u00df"="3,4"', True), ('dauer-ß="3,4"', True), ('"\\155odel"=gpt-4o', True),
        ('model=~"[[:lower:]]+-.*"', True), ('model=~"gpt-4o\\\\z"', True), ('nix=~""', True), ('nix!~".+"', True),
        ("model!==x", True),
        ('model=~"(?i)GPT-4O"', True), ('model=~"a|gpt-4o"', True), ("model=~gpt-.o", True), ('model="{x}"', False),
    ],
)  # fmt: skip
def test_matchers_are_alertmanagers(text: str, *, wanted: bool):
    assert matches_all(parse_matchers(text), LABELS) is wanted


@pytest.mark.parametrize(
    "text",
    [
        "", "model", '="x"', 'model=~"("', '1 a="x"', 'a="b', 'a=b"', "{a=b", '"a\\q"="b"', '"a"="\\x"',
        'a="b" c', 'a="b",c', '""="x"', '"\\U00110000"="x"',
    ],
)  # fmt: skip
def test_what_is_no_matcher_is_refused_with_the_text(text: str):
    with pytest.raises(ValueError, match=re.escape(f"bad matcher format: {text}")):
        parse_matchers(text)


@pytest.mark.parametrize("pattern", ["(?=a)", "(?<!a)b", r"(a)\1", "a++", "(?P<n>a)(?P=n)"])
def test_what_only_perl_has_is_refused_as_alertmanager_does(pattern: str):
    with pytest.raises(ValueError, match="expected a regular expression in RE2's syntax: "):
        Matcher("a", pattern, is_regex=True)


def test_a_backslash_before_what_only_perl_has_makes_it_plain():
    assert Matcher("a", r"\(\?=", is_regex=True).matches({"a": "(?="})


def test_lists_are_read_with_and_without_braces_and_commas_within_quotes_belong_to_the_value():
    two = (Matcher("a", "b,c"), Matcher("d", "e.*", is_regex=True, is_equal=False))
    assert parse_matchers('{a="b,c",d!~"e.*"}') == parse_matchers('a="b,c", d!~"e.*",') == two
    assert parse_all(['a="b,c"', 'd!~"e.*"']) == two
    assert parse_matchers("{}") == ()
    assert matches_all((), {})


def test_they_are_written_sorted_and_so_that_they_can_be_read_again():
    many = parse_matchers('{b="2",a!="1",a="1","x y"=~"z"}')
    assert written(many) == '{a="1",a!="1",b="2","x y"=~"z"}'
    assert parse_matchers(written(many)) == ordered(many)


@given(st.text(min_size=1), st.text(), st.booleans())
def test_what_is_written_is_read_back(name: str, value: str, is_equal: bool):  # noqa: FBT001  hypothesis draws it
    matcher = Matcher(name, value, is_equal=is_equal)
    assert parse_matchers(str(matcher)) == (matcher,)


@given(st.text(), st.text())
def test_of_a_pair_exactly_one_holds(value: str, found: str):
    pattern = re.escape(value)
    for is_regex, text in ((False, value), (True, pattern)):
        held = [Matcher("a", text, is_regex, is_equal).matches({"a": found}) for is_equal in (True, False)]
        assert held == [value == found, value != found]


def test_objects_of_the_api_are_read_and_written():
    raw = {"name": "a", "value": "b", "isRegex": True, "isEqual": False}
    assert matcher_from(raw).to_dict() == raw
    assert matcher_from({"name": "a", "value": "b", "isRegex": False}).is_equal
    assert quoted('a"\\\n') == '"a\\"\\\\\\n"'


@pytest.mark.parametrize(
    ("raw", "wanted"),
    [
        ({"value": "b", "isRegex": False}, "name: got None, expected a text"),
        ({"name": "a", "isRegex": False}, "value: got None, expected a text"),
        ({"name": "a", "value": "b", "isRegex": "yes"}, "isRegex: got 'yes', expected true or false"),
        ({"name": "a", "value": "b", "isEqual": 1}, "isEqual: got 1, expected true or false"),
        ({"name": "", "value": "b"}, "expected the name of a label"),
        ({"name": "a", "value": "(", "isRegex": True}, "expected a regular expression"),
    ],
)
def test_a_faulty_object_says_which_key(raw: dict[str, Any], wanted: str):
    with pytest.raises(ValueError, match=re.escape(wanted)):
        matcher_from(raw)
