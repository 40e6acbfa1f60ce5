"""The journal: requests are on the disk before they are acknowledged."""

from __future__ import annotations

import asyncio
import contextlib
import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Lock
from typing import Final

from spanwise_collector.errors import StoreDown
from spanwise_collector.store import durable, wal
from spanwise_collector.store.wal import Kind, Record

MAX_FILE_BYTES: Final = 64 * 2**20
RETRY_AFTER_S: Final = 2.0


class Journal:
    """Append-only files of requests, in a folder of their own.

    `append` and `close` belong to one event loop; `release` and `size_bytes` may be called from any thread;
    `replay` comes before the first append. A new file is begun at every start and at `max_file_bytes`.

    Args:
        folder: where the files lie; created if need be.
        next_seq: the number of the next request, where no file says more.
        max_file_bytes: a file that reaches this size is not written to any more.

    Attributes:
        damaged_bytes: what `replay` could not read: the torn tail of a crash, or a bad disk.
    """

    damaged_bytes: int

    def __init__(self, folder: Path, next_seq: int, *, max_file_bytes: int = MAX_FILE_BYTES) -> None:
        durable.make_folder(folder, folder)
        self.damaged_bytes = 0
        self._folder = folder
        self._max_file_bytes = max_file_bytes
        self._lock = Lock()  # guards _sizes and _current
        self._sizes = {wal.first_seq_of(path): path.stat().st_size for path in folder.glob("journal-*.wal")}
        self._next_seq = max(next_seq, max(self._sizes, default=-1) + 1)
        self._current: int | None = None  # first seq of the file that is written to
        self._descriptor: int | None = None
        self._waiting: list[tuple[Record, asyncio.Future[int]]] = []
        self._writer: asyncio.Task[None] | None = None
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="spanwise-journal")
        self._closed = False

    @property
    def size_bytes(self) -> int:
        """Bytes of all files."""
        with self._lock:
            return sum(self._sizes.values())

    @property
    def next_seq(self) -> int:
        """The number that the next request gets."""
        return self._next_seq

    async def append(self, body: bytes, received_ns: int, kind: Kind = "spans") -> int:
        """Return the request's seq once it is on the disk; all that wait share one sync.

        Raises StoreDown when the disk refuses or the journal is closed: then the request is not kept.
        """
        if self._closed:
            raise StoreDown("the journal is closed", RETRY_AFTER_S)
        loop = asyncio.get_running_loop()
        kept = loop.create_future()
        self._waiting.append((Record(self._next_seq, received_ns, body, kind), kept))
        self._next_seq += 1
        if self._writer is None:
            self._writer = loop.create_task(self._write_waiting())
        return await kept

    def replay(self, after_seq: int) -> Iterator[Record]:
        """Yield the records after `after_seq` in order, each once.

        Reading a file stops at its first damaged record; what is skipped is added to `damaged_bytes`.
        Requests that come later get numbers after the last one found.
        """
        self._next_seq = max(self._next_seq, after_seq + 1)
        starts = sorted(self._sizes)
        for number, start in enumerate(starts, 1):
            if starts[number:] and starts[number] <= after_seq + 1:
                continue  # the next file begins before anything new
            yield from self._replay_file(start, after_seq)

    def release(self, through_seq: int) -> None:
        """Delete the files that hold nothing newer than `through_seq`, but never the one that is written to."""
        with self._lock:
            starts = sorted(self._sizes)
            ends = [*starts[1:], self._next_seq]
            gone = [start for start, end in zip(starts, ends[: len(starts)], strict=True) if end <= through_seq + 1]
            gone = [start for start in gone if start != self._current]
            for start in gone:
                del self._sizes[start]
        for start in gone:
            (self._folder / wal.name_of(start)).unlink(missing_ok=True)

    async def close(self) -> None:
        """Write what waits, then close the file."""
        self._closed = True
        if self._writer is not None:
            await self._writer
        await asyncio.get_running_loop().run_in_executor(self._thread, self._end_file)
        self._thread.shutdown()

    async def _write_waiting(self) -> None:
        loop = asyncio.get_running_loop()
        while self._waiting:
            group, self._waiting = self._waiting, []
            refused: StoreDown | None = None
            try:
                await loop.run_in_executor(self._thread, self._write, [record for record, _ in group])
            except OSError as error:
                refused = StoreDown(f"the journal could not be written: {error}", RETRY_AFTER_S)
            for record, kept in group:
                if kept.done():  # the sender has gone
                    continue
                if refused is None:
                    kept.set_result(record.seq)
                else:
                    kept.set_exception(refused)
        self._writer = None

    def _write(self, group: list[Record]) -> None:
        buffers = [part for record in group for part in (wal.header_of(record), record.body)]
        descriptor, start = self._file_for(group[0].seq)
        before = self._sizes[start]
        try:
            wal.write_all(descriptor, buffers)
            os.fdatasync(descriptor)
        except OSError:
            self._drop_tail(descriptor, start)
            raise
        after = before + sum(map(len, buffers))
        with self._lock:
            self._sizes[start] = after
        if after >= self._max_file_bytes:
            self._end_file()

    def _file_for(self, seq: int) -> tuple[int, int]:
        if self._descriptor is not None and self._current is not None:
            return self._descriptor, self._current
        # Not in release's way: until the file is there, it has no entry in _sizes.
        path = self._folder / wal.name_of(seq)
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_APPEND, 0o600)
        try:
            durable.sync_folder(self._folder)
        except OSError:
            os.close(descriptor)
            path.unlink()
            raise
        with self._lock:
            self._descriptor, self._current, self._sizes[seq] = descriptor, seq, 0
        return descriptor, seq

    def _drop_tail(self, descriptor: int, start: int) -> None:
        # After a failed sync the kernel may have dropped the pages: nothing more is written to this file.
        # Should the cut fail too, replay meets refused requests, which their senders send again: duplicates.
        with contextlib.suppress(OSError):
            os.ftruncate(descriptor, self._sizes[start])
            os.fdatasync(descriptor)
        self._end_file()
        if self._sizes[start] == 0:
            with self._lock:
                del self._sizes[start]
            (self._folder / wal.name_of(start)).unlink(missing_ok=True)

    def _end_file(self) -> None:
        with self._lock:
            descriptor, self._descriptor, self._current = self._descriptor, None, None
        if descriptor is not None:
            os.close(descriptor)

    def _replay_file(self, start: int, after_seq: int) -> Iterator[Record]:
        size_bytes = self._sizes[start]
        with (self._folder / wal.name_of(start)).open("rb") as file:
            for record in wal.read(file, size_bytes, after_seq):
                self._next_seq = max(self._next_seq, record.seq + 1)
                yield record
            self.damaged_bytes += size_bytes - file.tell()
