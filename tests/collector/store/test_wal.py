from __future__ import annotations

import io
import os

import pytest

from spanwise_collector.store import wal
from spanwise_collector.store.wal import Record


def test_all_is_written_however_little_the_kernel_takes(monkeypatch: pytest.MonkeyPatch):
    taken = bytearray()

    def writev(_: int, buffers: list[memoryview]) -> int:
        data = b"".join(buffers)[:7]
        taken.extend(data)
        return len(data)

    monkeypatch.setattr(os, "writev", writev)
    wal.write_all(1, [b"0123456789", b"", b"abc", b"x" * 30])
    assert bytes(taken) == b"0123456789abc" + b"x" * 30


def test_a_length_beyond_the_file_is_damage_and_not_memory():
    data = wal.HEADER.pack(wal.MAGIC, 2**32 - 1, 0, 1, 1) + b"short"
    file = io.BytesIO(data)
    assert list(wal.read(file, len(data), -1)) == []
    assert file.tell() == 0


def test_a_number_that_does_not_grow_is_damage():
    parts = [wal.header_of(record) + record.body for record in (Record(5, 1, b"a"), Record(5, 1, b"b"))]
    file = io.BytesIO(b"".join(parts))
    assert list(wal.read(file, 58, -1)) == [Record(5, 1, b"a")]
    assert file.tell() == 29


def test_what_a_record_holds_is_read_back_and_a_file_of_before_holds_spans():
    records = [Record(1, 1, b"a"), Record(2, 1, b"b", "points"), Record(3, 1, b"c", "spans")]
    data = b"".join(wal.header_of(record) + record.body for record in records)
    assert data.startswith(b"SWJ1")  # what every release before wrote
    assert list(wal.read(io.BytesIO(data), len(data), -1)) == records


def test_file_names_sort_like_their_numbers():
    names = [wal.name_of(seq) for seq in (0, 9, 10, 2**63)]
    assert names == sorted(names)
