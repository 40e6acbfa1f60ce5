from __future__ import annotations

from pathlib import Path

import pytest

from tests.alerts.commands.test_acting import alert, command, fires
from tests.support.desk import desk


async def test_somebody_is_assigned_and_nobody_again(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    async with desk(tmp_path) as made:
        marks = await fires(made, "a")
        assert await command(made, "assign", marks["a"], "--to", "grace") == 0
        assert (await alert(made, "a"))["assignee"] == "grace"
        assert await command(made, "assign", marks["a"], "--to", "") == 0
        assert (await alert(made, "a"))["assignee"] == ""
    said = f"{marks['a']}: assigned to grace\n{marks['a']}: assigned to nobody\n"
    assert capsys.readouterr().out == said
