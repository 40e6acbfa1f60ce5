from __future__ import annotations

import asyncio
import contextlib
import os
import random
import resource
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from spanwise_collector.errors import StoreDown
from spanwise_collector.store.journal import Journal

WRITER = """
import asyncio, sys
from pathlib import Path
from spanwise_collector.store.journal import Journal

async def main(folder, start):
    journal = Journal(Path(folder), start, max_file_bytes=20_000)
    for record in journal.replay(start - 1):
        pass
    async def sender(name):
        number = 0
        while True:
            body = f"{name}:{number}:".encode() + bytes(number % 3_000)
            seq = await journal.append(body, 1_000 + number)
            sys.stdout.write(f"{seq} {name}:{number}\\n")
            sys.stdout.flush()
            number += 1
    await asyncio.gather(*(sender(f"{start}-{n}") for n in range(4)))

asyncio.run(main(sys.argv[1], int(sys.argv[2])))
"""


async def filled(folder: Path, bodies: list[bytes], **options: int) -> None:
    journal = Journal(folder, 0, **options)
    list(journal.replay(-1))
    await asyncio.gather(*(journal.append(body, 7) for body in bodies))
    await journal.close()


def files(folder: Path) -> list[Path]:
    return sorted(folder.iterdir())


def starts(folder: Path) -> list[int]:
    return [int(path.stem.removeprefix("journal-")) for path in files(folder)]


def total_bytes(folder: Path) -> int:
    return sum(path.stat().st_size for path in files(folder))


def flip_bit(path: Path, position: int) -> None:
    data = bytearray(path.read_bytes())
    data[position] ^= 1
    path.write_bytes(data)


def test_acknowledged_requests_survive_kill(tmp_path: Path):
    draw = random.Random(1)
    acknowledged: dict[int, str] = {}
    next_seq = 0
    for _ in range(8):
        child = subprocess.Popen(
            [sys.executable, "-c", WRITER, str(tmp_path), str(next_seq)], stdout=subprocess.PIPE, text=True
        )
        assert child.stdout is not None
        for _ in range(draw.randrange(1, 300)):
            seq, name = child.stdout.readline().split()
            acknowledged[int(seq)] = name
        child.send_signal(signal.SIGKILL)
        for line in child.stdout.read().splitlines(keepends=True):
            if line.endswith("\n"):
                seq, name = line.split()
                acknowledged[int(seq)] = name
        child.wait()
        child.stdout.close()
        journal = Journal(tmp_path, 0)
        for _ in journal.replay(-1):
            pass
        next_seq = journal.next_seq
    replayed = list(Journal(tmp_path, 0).replay(-1))
    assert [record.seq for record in replayed] == sorted({record.seq for record in replayed})
    names = {record.seq: ":".join(record.body.decode().split(":")[:2]) for record in replayed}
    assert {seq: names[seq] for seq in acknowledged} == acknowledged
    assert len(acknowledged) > 8


async def test_requests_that_wait_share_one_sync(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    syncs: list[int] = []
    fdatasync = os.fdatasync
    monkeypatch.setattr(os, "fdatasync", lambda fd: (syncs.append(fd), fdatasync(fd)))
    journal = Journal(tmp_path, 5)
    seqs = await asyncio.gather(*(journal.append(b"x" * n, n) for n in range(700)))
    await journal.close()
    assert seqs == list(range(5, 705))
    assert len(syncs) <= 2
    assert [(r.seq, r.received_ns, len(r.body)) for r in Journal(tmp_path, 0).replay(-1)] == [
        (5 + n, n, n) for n in range(700)
    ]


async def test_an_ack_waits_for_the_sync(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    order: list[str] = []
    fdatasync = os.fdatasync
    monkeypatch.setattr(os, "fdatasync", lambda fd: (fdatasync(fd), order.append("sync")))
    journal = Journal(tmp_path, 0)
    await journal.append(b"a", 1)
    order.append("ack")
    await journal.close()
    assert order == ["sync", "ack"]


async def test_replay_skips_what_is_applied(tmp_path: Path):
    await filled(tmp_path, [bytes([n]) * 500 for n in range(10)], max_file_bytes=1)
    await filled(tmp_path, [b"later"])
    assert [record.seq for record in Journal(tmp_path, 0).replay(7)] == [8, 9, 10]


async def test_a_new_file_is_begun_at_the_limit_and_at_every_start(tmp_path: Path):
    journal = Journal(tmp_path, 0, max_file_bytes=1_000)
    for _ in range(4):
        await journal.append(bytes(600), 1)
    await journal.close()
    await filled(tmp_path, [b"x"])
    assert starts(tmp_path) == [0, 2, 4]


async def test_release_deletes_only_files_that_are_applied(tmp_path: Path):
    journal = Journal(tmp_path, 0, max_file_bytes=1_000)
    for _ in range(5):
        await journal.append(bytes(600), 1)
    before = journal.size_bytes
    assert before == total_bytes(tmp_path)
    journal.release(2)
    assert starts(tmp_path) == [2, 4]
    journal.release(4)
    assert starts(tmp_path) == [4]
    assert journal.size_bytes == total_bytes(tmp_path) < before
    assert await journal.append(b"x", 1) == 5
    await journal.close()


async def test_numbers_are_not_used_again_after_all_files_were_released(tmp_path: Path):
    await filled(tmp_path, [b"a", b"b", b"c"])
    journal = Journal(tmp_path, 3)
    journal.release(2)
    assert starts(tmp_path) == []
    assert list(journal.replay(2)) == []
    assert await journal.append(b"d", 1) == 3
    await journal.close()


async def test_damage_ends_its_file_only_and_is_counted(tmp_path: Path):
    await filled(tmp_path, [bytes(100) for _ in range(4)])
    await filled(tmp_path, [b"after"])
    flip_bit(min(files(tmp_path)), 2 * 128 + 50)  # in the third of four records of 28 + 100 bytes
    journal = Journal(tmp_path, 0)
    assert [record.seq for record in journal.replay(-1)] == [0, 1, 4]
    assert journal.damaged_bytes == 256


async def test_a_full_disk_refuses_and_later_requests_are_kept(tmp_path: Path):
    journal = Journal(tmp_path, 0)
    await journal.append(b"before", 1)
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1_000, hard))
    try:
        for _ in range(3):
            refused = await asyncio.gather(*(journal.append(bytes(900), 1) for _ in range(3)), return_exceptions=True)
            assert all(isinstance(error, StoreDown) for error in refused)
        with pytest.raises(StoreDown, match="could not be written"):
            await journal.append(bytes(2_000), 1)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    seq = await journal.append(b"after", 1)
    assert journal.size_bytes == total_bytes(tmp_path)
    await journal.close()
    again = Journal(tmp_path, 0)
    assert [(r.seq, r.body) for r in again.replay(-1)] == [(0, b"before"), (seq, b"after")]
    assert again.damaged_bytes == 0
    assert len(starts(tmp_path)) == 2


async def test_nothing_more_is_written_to_a_file_whose_sync_failed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    journal = Journal(tmp_path, 0)
    await journal.append(b"before", 1)
    fdatasync, faults = os.fdatasync, [OSError(5, "Input/output error")]

    def failing(fd: int) -> None:
        if faults:
            raise faults.pop()
        fdatasync(fd)

    monkeypatch.setattr(os, "fdatasync", failing)
    with pytest.raises(StoreDown, match="Input/output error"):
        await journal.append(b"lost", 1)
    await journal.append(b"after", 1)
    await journal.close()
    assert [record.body for record in Journal(tmp_path, 0).replay(-1)] == [b"before", b"after"]
    assert len(starts(tmp_path)) == 2


async def test_a_sender_that_leaves_does_not_disturb_the_others(tmp_path: Path):
    journal = Journal(tmp_path, 0)
    leaving = asyncio.create_task(journal.append(b"leaving", 1))
    staying = asyncio.create_task(journal.append(b"staying", 1))
    await asyncio.sleep(0)
    leaving.cancel()
    assert await staying == 1
    with contextlib.suppress(asyncio.CancelledError):
        await leaving
    await journal.close()


async def test_close_keeps_what_waits_and_refuses_what_comes_later(tmp_path: Path):
    journal = Journal(tmp_path, 0)
    waiting = [asyncio.create_task(journal.append(b"x", 1)) for _ in range(50)]
    await asyncio.sleep(0)
    await journal.close()
    assert await asyncio.gather(*waiting) == list(range(50))
    with pytest.raises(StoreDown, match="closed"):
        await journal.append(b"y", 1)


async def test_requests_can_be_read_by_nobody_else(tmp_path: Path):
    await filled(tmp_path, [b"secret"])
    assert [path.stat().st_mode & 0o777 for path in files(tmp_path)] == [0o600]
