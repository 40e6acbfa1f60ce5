from __future__ import annotations

import json
from pathlib import Path

import pytest

from spanwise_collector.errors import FolderUnusable
from spanwise_collector.store import Store
from tests.collector.store.stored import NOON_S, minute


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('{"format": "spanwise-store", "version": 2}', "version is 2, this release reads up to 1"),
        ('{"format": "other", "version": 1}', "format is 'other', expected 'spanwise-store'"),
        ("not json", "is no manifest of a store"),
        ('{"format": "spanwise-store", "version": 1, "spans": [1]}', r"is no manifest of a store: .*spans"),
    ],
)
def test_a_manifest_that_cannot_be_read_is_named(tmp_path: Path, text: str, message: str):
    (tmp_path / "manifest.json").write_text(text)
    (tmp_path / "state-0000000001.bin").write_bytes(b"kept")
    with pytest.raises(FolderUnusable, match=message):
        Store(tmp_path)
    assert (tmp_path / "state-0000000001.bin").exists()


def test_the_manifest_says_what_the_store_is(tmp_path: Path):
    store = Store(tmp_path)
    store.append(minute(10, seed=1))
    store.commit(7, b"", None, NOON_S)
    store.close()
    written = json.loads((tmp_path / "manifest.json").read_text())
    assert (written["format"], written["version"], written["applied_seq"], written["committed_s"]) == (
        "spanwise-store", 1, 7, NOON_S,
    )  # fmt: skip
    assert written["spans"][0]["rows"] == 10
