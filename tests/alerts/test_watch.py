from __future__ import annotations

import logging
from pathlib import Path

import pytest

from spanwise_alerts.faults import ConfigError, Fault
from spanwise_alerts.watch import Watch, stamp


class Reloaded:
    def __init__(self) -> None:
        self.times = 0
        self.faults: list[Fault] = []

    async def __call__(self) -> None:
        self.times += 1
        if self.faults:
            raise ConfigError(self.faults)


async def test_a_changed_file_is_read_once_it_is_not_being_written_any_more(tmp_path: Path):
    file, reloaded = tmp_path / "a.yaml", Reloaded()
    file.write_text("a")
    watch = Watch(lambda: [file], reloaded)
    assert not await watch.look()
    file.write_text("ab")
    assert [await watch.look(), await watch.look(), await watch.look()] == [False, True, False]
    assert reloaded.times == 1


async def test_files_that_come_and_go_are_changes(tmp_path: Path):
    reloaded = Reloaded()
    watch = Watch(lambda: tmp_path.glob("*.yaml"), reloaded)
    (tmp_path / "new.yaml").write_text("a")
    assert [await watch.look(), await watch.look()] == [False, True]
    (tmp_path / "new.yaml").unlink()
    assert [await watch.look(), await watch.look()] == [False, True]


async def test_a_bad_file_says_everything_that_is_wrong_and_is_not_read_again_until_it_changes(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
):
    file, reloaded = tmp_path / "a.yaml", Reloaded()
    watch = Watch(lambda: [file], reloaded)
    reloaded.faults = [Fault("a.yaml", "rules[0].measure", "no"), Fault("a.yaml", "rules[1].stat", "no")]
    file.write_text("a")
    with caplog.at_level(logging.ERROR):
        assert [await watch.look() for _ in range(4)] == [False] * 4
    assert (reloaded.times, len(caplog.records)) == (1, 2)
    reloaded.faults = []
    file.write_text("good")
    assert [await watch.look(), await watch.look()] == [False, True]


def test_a_file_that_is_not_there_has_no_stamp(tmp_path: Path):
    assert stamp([tmp_path / "nowhere"]) == ()
