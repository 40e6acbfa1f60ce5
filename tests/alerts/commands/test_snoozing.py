from __future__ import annotations

from pathlib import Path

import pytest

from tests.alerts.commands.test_acting import alert, command, fires
from tests.support.desk import desk


async def test_a_snooze_lasts_two_hours_or_as_long_as_asked(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    async with desk(tmp_path) as made:
        marks = await fires(made, "a")
        assert await command(made, "snooze", marks["a"]) == 0
        assert (await alert(made, "a"))["snoozed"]["until"] == "2023-11-15T00:13:20.000Z"
        assert await command(made, "snooze", marks["a"], "--until", "2023-11-15T08:00:00+01:00") == 0
        assert (await alert(made, "a"))["snoozed"]["until"] == "2023-11-15T07:00:00.000Z"
    assert capsys.readouterr().out == f"{marks['a']}: snoozed\n" * 2
