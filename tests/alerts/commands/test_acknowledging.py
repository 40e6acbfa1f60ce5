from __future__ import annotations

from pathlib import Path

import pytest

from tests.alerts.commands.test_acting import alert, command, fires
from tests.support.desk import desk


async def test_who_acknowledges_says_why_and_until_when(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    async with desk(tmp_path) as made:
        marks = await fires(made, "a")
        assert await command(made, "ack", marks["a"], "--comment", "on it", "--until", "2023-11-15T00:00:00Z") == 0
        found = (await alert(made, "a"))["acknowledged"]
    assert (found["comment"], found["until"]) == ("on it", "2023-11-15T00:00:00.000Z")
    assert capsys.readouterr().out == f"{marks['a']}: acknowledged\n"
