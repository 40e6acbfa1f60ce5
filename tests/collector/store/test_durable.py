from __future__ import annotations

import os
from pathlib import Path

import pytest

from spanwise_collector.store import durable


def test_every_new_folder_is_put_on_the_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    synced: list[str] = []
    fsync = os.fsync

    def noting(descriptor: int) -> None:
        synced.append(Path(f"/proc/self/fd/{descriptor}").readlink().name)
        fsync(descriptor)

    monkeypatch.setattr(os, "fsync", noting)
    durable.make_folder(tmp_path / "a" / "b", tmp_path)
    assert synced == [tmp_path.name, "a"]
    durable.make_folder(tmp_path / "a" / "b", tmp_path)
    assert synced == [tmp_path.name, "a"]


def test_a_rename_replaces_the_whole_file(tmp_path: Path):
    durable.write_file(tmp_path / "old", b"a long text")
    durable.write_file(tmp_path / "new", b"short")
    durable.rename(tmp_path / "new", tmp_path / "old")
    assert [(path.name, path.read_bytes()) for path in tmp_path.iterdir()] == [("old", b"short")]
