"""Find traces by service, operation, tags, duration and time; newest first."""

from __future__ import annotations

import contextlib
import heapq
import struct
from collections.abc import Iterator, Mapping
from typing import Final

import polars as pl
from opentelemetry.proto.trace.v1.trace_pb2 import Status

from spanwise_collector import tags
from spanwise_collector.reader import TraceFilter, TraceSpans
from spanwise_collector.store.segments import SCHEMA
from spanwise_collector.store.store import Store
from spanwise_collector.store.traces import Most
from spanwise_schema.columns import STORED
from spanwise_schema.measures import NANO

MOST_SPANS: Final = 20_000
MOST_BYTES: Final = 32 * 2**20
_AROUND_NS: Final = 24 * 3_600 * NANO  # how far from the searched time a found trace's other spans are looked for
_ALL: Final = list(SCHEMA)
_KEY, _VALUE = b"\x0a", b"\x12"  # the fields of opentelemetry.proto.common.v1.KeyValue, as they begin on the wire,
_TEXT, _TRUE, _FALSE, _INT, _DOUBLE = b"\x0a", b"\x10\x01", b"\x10\x00", b"\x18", b"\x21"  # and of AnyValue


def search(store: Store, wanted: TraceFilter) -> list[TraceSpans]:
    """Find traces with a span that has all that is wanted; the newest by the end of that span come first.

    Of a found trace the oldest spans are given, MOST_SPANS and about MOST_BYTES of all traces together.
    """
    found = _newest(store, wanted)
    if not found:
        return []
    most = Most(max(1, MOST_SPANS // len(found)), MOST_BYTES // len(found))
    of = store.traces(found, most, wanted.start_ns - _AROUND_NS, wanted.end_ns + _AROUND_NS)
    by_trace = of.spans.sort("start_ns").partition_by("trace_id", as_dict=True)
    return [TraceSpans(by_trace[(found_id,)], of.total[found_id]) for found_id in found if found_id in of.total]


def trace(store: Store, trace_id: bytes) -> TraceSpans:
    """Give the spans of a trace, the oldest MOST_SPANS of them and about MOST_BYTES."""
    found = store.traces([trace_id], Most(MOST_SPANS, MOST_BYTES))
    return TraceSpans(found.spans.sort("start_ns"), found.total.get(trace_id, 0))


def _newest(store: Store, wanted: TraceFilter) -> list[bytes]:
    """Give the ids of the newest traces; stops as soon as no older span can change them."""
    newest: dict[bytes, int] = {}
    columns = _ALL if wanted.tags else ["trace_id", "end_ns"]
    with contextlib.closing(store.newest(wanted.start_ns, _wanted(wanted), columns)) as pieces:
        for piece, upto_ns in pieces:
            floor_ns = min(newest.values()) if len(newest) == wanted.limit else wanted.start_ns - 1
            for trace_id, end_ns in _matches(piece, wanted, floor_ns):
                newest[trace_id] = max(end_ns, newest.get(trace_id, end_ns))
            newest = dict(heapq.nlargest(wanted.limit, newest.items(), key=lambda found: (found[1], found[0])))
            if len(newest) == wanted.limit and min(newest.values()) >= upto_ns:
                break
    return list(newest)


def _matches(piece: pl.DataFrame, wanted: TraceFilter, floor_ns: int) -> Iterator[tuple[bytes, int]]:
    """Give the newest traces of a piece, each with the end of its newest span; none that ended at `floor_ns` or before.

    A span's bytes are only read where its trace is not found yet.
    """
    if not wanted.tags:
        piece = piece.group_by("trace_id").agg(pl.col("end_ns").max())
    found: set[bytes] = set()
    for row in piece.filter(pl.col("end_ns") > floor_ns).sort("end_ns", descending=True).iter_rows(named=True):
        trace_id = row["trace_id"]
        if trace_id not in found and (not wanted.tags or tags.has(row, wanted.tags)):
            found.add(trace_id)
            yield trace_id, row["end_ns"]
        if len(found) == wanted.limit:
            return


def _wanted(wanted: TraceFilter) -> pl.Expr:
    took_ns = pl.col("end_ns") - pl.col("start_ns")
    tests = [pl.col("start_ns") <= wanted.end_ns, *(_may_have(key, text) for key, text in wanted.tags.items())]
    if wanted.service is not None:
        tests.append(pl.col("service").fill_null(tags.UNKNOWN_SERVICE) == wanted.service)
    if wanted.operation is not None:
        tests.append(pl.col("name") == wanted.operation)
    if wanted.min_duration_ns is not None:
        tests.append(took_ns >= wanted.min_duration_ns)
    if wanted.max_duration_ns is not None:
        tests.append(took_ns <= wanted.max_duration_ns)
    return pl.all_horizontal(tests)


def _may_have(key: str, text: str) -> pl.Expr:
    """Leave out most of the spans that do not have a tag, without reading their bytes one by one."""
    failed = (pl.col("status_code") == Status.STATUS_CODE_ERROR) | pl.col("error_type").is_not_null()
    column = key.removeprefix(tags.OWN)
    known: Mapping[str, pl.Expr] = {
        "error": {"true": failed, "false": ~failed.fill_null(value=False)}.get(text, pl.lit(value=False)),
        "span.kind": _named("kind", tags.KINDS, text),
        "otel.status_code": _named("status_code", tags.CODES, text),
        "otel.status_description": pl.col("status_message") == text,
        "otel.scope.name": pl.col("scope_name") == text,
        "otel.scope.version": pl.col("scope_version") == text,
        f"{tags.OWN}cost_usd": pl.col("cost_pico_usd").is_not_null(),
        **{tags.OWN + own: _own(own, text) for own in tags.OWN_COLUMNS if own == column},
    }
    sent = _holds(_field(_KEY, key.encode())) & pl.any_horizontal([_holds(value) for value in _spellings(text)])
    return (known[key].fill_null(value=False) | sent) if key in known else sent


def _named(column: str, names: Mapping[int, str], text: str) -> pl.Expr:
    return pl.col(column).is_in([number for number, name in names.items() if name == text])


def _own(column: str, text: str) -> pl.Expr:
    return pl.col(column) == text if STORED[column] == "str" else pl.col(column).is_not_null()


def _holds(piece: bytes) -> pl.Expr:
    return pl.any_horizontal([pl.col(column).bin.contains(piece) for column in ("raw", "resource")])


def _spellings(text: str) -> Iterator[bytes]:
    """Spell a value in every way in which the protobuf of an attribute may hold it."""
    if text.startswith(("[", "{")):  # a list or map, which is JSON only in Jaeger's words
        yield b""
    yield _field(_VALUE, _field(_TEXT, text.encode()))
    if text in ("true", "false"):
        yield _field(_VALUE, _TRUE if text == "true" else _FALSE)
    value = tags.number(text)
    if value is not None:
        yield _field(_VALUE, _DOUBLE + struct.pack("<d", value))
        whole = int(text) if text.lstrip("+-").isdecimal() else round(value)
        if -(2**63) <= whole < 2**63:
            yield _field(_VALUE, _INT + _varint(whole))


def _field(tag: bytes, content: bytes) -> bytes:
    return tag + _varint(len(content)) + content


def _varint(value: int) -> bytes:
    rest, out = value & (2**64 - 1), bytearray()
    while rest > 0x7F:  # noqa: PLR2004 - seven bits a byte
        out.append(rest & 0x7F | 0x80)
        rest >>= 7
    return bytes([*out, rest])
