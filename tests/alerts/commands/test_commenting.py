from __future__ import annotations

from pathlib import Path

import pytest

from tests.alerts.commands.test_acting import alert, command, fires
from tests.support.desk import desk


async def test_what_is_said_is_kept(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    async with desk(tmp_path) as made:
        marks = await fires(made, "a")
        assert await command(made, "comment", marks["a"], "--comment", "known", "--author", "ada") == 0
        (found,) = (await alert(made, "a"))["comments"]
    assert (found["by"], found["text"]) == ("ada", "known")
    assert capsys.readouterr().out == f"{marks['a']}: noted\n"
