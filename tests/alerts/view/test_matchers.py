from __future__ import annotations

import pytest

from spanwise_alerts.view.matchers import matcher

LABELS = {"model": "gpt-4o", "team": 'a"b'}


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ('model="gpt-4o"', True), ("model=gpt-4o", True), ('model!="gpt-4o"', False), ('model=~"gpt.*"', True),
        ('model=~"gpt"', False), ('model!~"gpt.*"', False), ('nix=""', True), ('nix!=""', False),
        ('team="a\\"b"', True), ('{model="gpt-4o"}', True),
    ],
)  # fmt: skip
def test_matchers_are_alertmanagers(text: str, *, wanted: bool):
    assert matcher(text)(LABELS) is wanted


@pytest.mark.parametrize("text", ["", "model", '="x"', 'model=~"("', "model==x=", '1a="x"'])
def test_what_is_no_matcher_is_refused(text: str):
    with pytest.raises(ValueError, match="bad matcher format"):
        matcher(text)
