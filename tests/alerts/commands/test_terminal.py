from __future__ import annotations

import pytest

from spanwise_alerts.commands.terminal import complain, pairs, say, say_json, say_table, short_time


def test_text_json_and_complaints_go_where_they_belong(capsys: pytest.CaptureFixture[str]):
    say("a")
    say_json({"ü": 1})
    complain("b")
    found = capsys.readouterr()
    assert (found.out, found.err) == ('a\n{\n  "ü": 1\n}\n', "b\n")


def test_no_cell_is_markup_and_nothing_is_folded_in_a_pipe(capsys: pytest.CaptureFixture[str]):
    say_table(("One", "Two"), [("[red]x", "y" * 300)])
    found = capsys.readouterr().out
    assert "[red]x" in found
    assert "y" * 300 in found


def test_labels_and_moments_are_short():
    assert pairs({"alertname": "x", "a": "b", "c": "d"}, "alertname") == "a=b c=d"
    assert short_time("2026-11-20T10:00:00.123Z") == "2026-11-20T10:00:00Z"
