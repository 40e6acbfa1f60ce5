from __future__ import annotations

from pathlib import Path

import pytest

from spanwise_alerts.errors import RecordError
from spanwise_alerts.record.lock import FileLock
from spanwise_alerts.record.store import Store


async def test_of_two_alert_managers_on_one_file_the_second_is_told_and_comes_when_the_first_has_gone(tmp_path: Path):
    async with Store(tmp_path / "alerts.db"):
        with pytest.raises(RecordError, match=r"alerts\.db is used by another running alert manager; stop that one"):
            await Store(tmp_path / "alerts.db").__aenter__()
    async with Store(tmp_path / "alerts.db") as store:
        assert await store.alerts() == []


def test_a_folder_that_is_not_there_is_said(tmp_path: Path):
    with pytest.raises(RecordError, match="cannot be opened"):
        FileLock(tmp_path / "none" / "alerts.db")
