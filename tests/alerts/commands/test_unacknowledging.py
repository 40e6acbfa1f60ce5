from __future__ import annotations

from pathlib import Path

import pytest

from tests.alerts.commands.test_acting import alert, command, fires
from tests.support.desk import desk


async def test_an_acknowledgement_is_taken_back(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    async with desk(tmp_path) as made:
        marks = await fires(made, "a")
        assert await command(made, "ack", marks["a"]) == 0
        assert await command(made, "unack", marks["a"]) == 0
        assert (await alert(made, "a"))["acknowledged"] is None
    assert capsys.readouterr().out.endswith(f"{marks['a']}: not acknowledged any more\n")
