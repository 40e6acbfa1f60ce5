from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from spanwise_collector.store import durable
from spanwise_collector.store.catalog import Catalog, replace_segments
from spanwise_collector.store.manifest import Manifest, Segment
from tests.collector.store.stored import minute


def segment(name: str) -> Segment:
    return Segment(name, 1, 1, 0, 0)


def with_state(file: str):
    def change(old: Manifest) -> Manifest:
        return msgspec.structs.replace(old, state=file)

    return change


def test_files_that_no_manifest_names_are_removed_at_the_start(tmp_path: Path):
    catalog = Catalog(tmp_path)
    kept = catalog.new_file("", ".bin")
    durable.write_file(tmp_path / kept, b"kept")
    catalog.publish(with_state(kept), [kept])
    for orphan in (
        "state-0000000007.bin",
        "spans/date=x/hour=1/0000000008.parquet",
        "rollup/date=x/0000000009.parquet",
    ):
        durable.make_folder((tmp_path / orphan).parent, tmp_path)
        durable.write_file(tmp_path / orphan, b"half")
    (tmp_path / "notes.txt").write_text("of the operator")
    Catalog(tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["manifest.json", "notes.txt", "rollup", "spans", kept]
    assert list((tmp_path / "spans").iterdir()) == []


def test_file_numbers_are_never_used_twice(tmp_path: Path):
    catalog = Catalog(tmp_path)
    names = [catalog.new_file("", ".bin"), catalog.new_file("spans/x", ".parquet")]
    durable.write_file(tmp_path / names[0], b"")
    catalog.publish(with_state(names[0]), [names[0]])
    names.append(Catalog(tmp_path).new_file("", ".bin"))
    assert names == ["state-0000000000.bin", "spans/x/0000000001.parquet", "state-0000000002.bin"]


def test_a_manifest_that_cannot_be_written_leaves_all_as_it_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    catalog = Catalog(tmp_path)
    catalog.append(minute(3, seed=1))
    file = catalog.new_file("", ".bin")
    durable.write_file(tmp_path / file, b"new")

    def refuse(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("spanwise_collector.store.manifest.prepare", refuse)
    with pytest.raises(OSError, match="No space left"):
        catalog.publish(with_state(file), [file], buffered=True)
    assert catalog.manifest.state is None
    assert catalog.rows == 3
    assert not (tmp_path / file).exists()


def test_files_stay_when_it_is_unknown_which_manifest_holds(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    catalog = Catalog(tmp_path)
    file = catalog.new_file("", ".bin")
    durable.write_file(tmp_path / file, b"new")
    sync_folder = durable.sync_folder

    def refuse_after_rename(folder: Path) -> None:
        if not (tmp_path / "manifest.json.new").exists() and b"state-" in (tmp_path / "manifest.json").read_bytes():
            raise OSError(5, "Input/output error")
        sync_folder(folder)

    monkeypatch.setattr(durable, "sync_folder", refuse_after_rename)
    with pytest.raises(OSError, match="Input/output error"):
        catalog.publish(with_state(file), [file])
    assert catalog.manifest.state is None
    assert Catalog(tmp_path).manifest.state == file
    assert (tmp_path / file).exists()


def test_a_merged_segment_stands_where_the_last_of_its_parts_was():
    have = tuple(segment(name) for name in "abcde")
    merged = replace_segments(have, (have[0], have[2]), segment("new"))
    assert [member.file for member in merged] == ["b", "new", "d", "e"]
