from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.alerts.commands.test_acting import command
from tests.alerts.view.test_people import SECTION
from tests.support.desk import desk


async def test_who_has_the_duty_is_shown_for_now_and_any_moment(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    async with desk(tmp_path, **SECTION) as made:
        assert await command(made, "on-call") == 0
        now = capsys.readouterr().out
        assert await command(made, "on-call", "--at", "2023-11-21T09:00:00+01:00", "--json") == 0
        then = json.loads(capsys.readouterr().out)
        assert await command(made, "on-call", "--at", "soon") == 1
    for word in ("primary", "ada", "ada-phone", "2023-11-20T08:00:00Z", "grace"):
        assert word in now
    assert [duty["who"] for duty in then] == ["grace"]
    assert capsys.readouterr().err == "at: got 'soon', expected a moment such as 2026-12-24T18:00:00Z\n"


async def test_without_on_call_that_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    async with desk(tmp_path) as made:
        assert await command(made, "on-call") == 0
    assert capsys.readouterr().out == "nobody is on call: the configuration has no `on_call`\n"
