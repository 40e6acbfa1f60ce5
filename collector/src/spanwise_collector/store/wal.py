"""One file of the journal: how a record lies on the disk, and how it is read back."""

from __future__ import annotations

import os
import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Final, Literal

HEADER: Final = struct.Struct("<4sIIQQ")  # magic, body length, crc32 of all that follows, seq, received_ns
MAGIC: Final = b"SWJ1"
Kind = Literal["spans", "points"]
_MAGICS: Final[dict[Kind, bytes]] = {"spans": MAGIC, "points": b"SWP1"}
_KINDS: Final[dict[bytes, Kind]] = {magic: kind for kind, magic in _MAGICS.items()}
_SIGNED: Final = struct.Struct("<QQ")  # what the checksum covers beside the body
_VECTORS: Final = 512  # buffers to one writev; Linux takes at most 1,024


@dataclass(frozen=True, slots=True)
class Record:
    """One acknowledged request.

    Attributes:
        seq: its number; grows, may have gaps.
        received_ns: Unix time of its arrival.
        body: an OTLP protobuf request,
        kind: of spans, or of the points of metrics.
    """

    seq: int
    received_ns: int
    body: bytes
    kind: Kind = "spans"


def name_of(first_seq: int) -> str:
    """Name a file by the first seq that it may hold."""
    return f"journal-{first_seq:020d}.wal"


def first_seq_of(path: Path) -> int:
    """Read the first seq from a file's name. Raises ValueError."""
    return int(path.stem.removeprefix("journal-"))


def header_of(record: Record) -> bytes:
    """Make the bytes that stand before a record's body."""
    signed = zlib.crc32(record.body, zlib.crc32(_SIGNED.pack(record.seq, record.received_ns)))
    return HEADER.pack(_MAGICS[record.kind], len(record.body), signed, record.seq, record.received_ns)


def write_all(descriptor: int, buffers: list[bytes]) -> None:
    """Write buffers one after the other, however many calls the kernel needs. Raises OSError."""
    rest = [memoryview(buffer) for buffer in buffers if buffer]
    while rest:
        written = os.writev(descriptor, rest[:_VECTORS])
        while rest and written >= len(rest[0]):
            written -= len(rest.pop(0))
        if written:
            rest[0] = rest[0][written:]


def read(file: BinaryIO, size_bytes: int, after_seq: int) -> Iterator[Record]:
    """Yield records from the file's position to its end or its first damaged record.

    The file is left behind the last good record, so the caller sees how much is damaged.
    """
    last, position = -1, file.tell()
    while size_bytes - position >= HEADER.size:
        magic, length, signed, seq, received_ns = HEADER.unpack(file.read(HEADER.size))
        if magic not in _KINDS or length > size_bytes - position - HEADER.size or seq <= last:
            break
        record = Record(seq, received_ns, file.read(length), _KINDS[magic])
        if zlib.crc32(record.body, zlib.crc32(_SIGNED.pack(seq, received_ns))) != signed:
            break
        position += HEADER.size + length
        last = seq
        if seq > after_seq:
            yield record
    file.seek(position)
