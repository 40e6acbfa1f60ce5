from __future__ import annotations

import asyncio
import tempfile
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from spanwise_collector.store import wal
from spanwise_collector.store.journal import Journal
from spanwise_collector.store.wal import Record

BODIES = st.lists(st.binary(max_size=300), min_size=1, max_size=8)


def laid_out(bodies: list[bytes]) -> list[bytes]:
    records = [Record(seq, 1_000 + seq, body) for seq, body in enumerate(bodies)]
    return [wal.header_of(record) + record.body for record in records]


def replayed(*files: bytes) -> tuple[list[Record], int]:
    with tempfile.TemporaryDirectory() as folder:
        for number, data in enumerate(files):
            (Path(folder) / wal.name_of(number * 1_000)).write_bytes(data)
        journal = Journal(Path(folder), 0)
        return list(journal.replay(-1)), journal.damaged_bytes


@given(BODIES, st.integers(1, 3_000))
@settings(max_examples=40, deadline=None)
def test_what_is_appended_is_replayed(bodies: list[bytes], max_file_bytes: int):
    async def run(folder: Path) -> list[Record]:
        journal = Journal(folder, 3, max_file_bytes=max_file_bytes)
        await asyncio.gather(*(journal.append(body, 9) for body in bodies))
        await journal.close()
        return list(Journal(folder, 0).replay(2))

    with tempfile.TemporaryDirectory() as folder:
        found = asyncio.run(run(Path(folder)))
    assert found == [Record(3 + number, 9, body) for number, body in enumerate(bodies)]


def test_a_tail_torn_at_any_byte_costs_only_the_last_record():
    parts = laid_out([b"first", b"", b"third" * 20])
    whole = b"".join(parts)
    later = wal.header_of(Record(1_000, 5, b"later")) + b"later"
    for cut in range(len(whole) - len(parts[-1]), len(whole)):
        records, damaged_bytes = replayed(whole[:cut], later)
        assert [record.seq for record in records] == [0, 1, 1_000]
        assert damaged_bytes == cut - len(whole) + len(parts[-1])


@given(BODIES, st.data())
@settings(max_examples=150, deadline=None)
def test_a_flipped_bit_never_yields_a_wrong_record(bodies: list[bytes], data: st.DataObject):
    parts = laid_out(bodies)
    whole = bytearray(b"".join(parts))
    position = data.draw(st.integers(0, len(whole) - 1))
    whole[position] ^= 1 << data.draw(st.integers(0, 7))
    records, damaged_bytes = replayed(bytes(whole))
    ends = [sum(map(len, parts[: number + 1])) for number in range(len(parts))]
    intact = sum(end <= position for end in ends)
    assert [record.body for record in records] == bodies[:intact]
    assert damaged_bytes == len(whole) - sum(map(len, parts[:intact]))


@given(st.binary(max_size=400))
@settings(max_examples=100, deadline=None)
def test_any_bytes_are_read_without_a_fault(data: bytes):
    records, damaged_bytes = replayed(data)
    assert records == []
    assert damaged_bytes == len(data)
