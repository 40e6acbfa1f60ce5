"""Read of a batch, trace by trace, what is remembered: who is whose parent, and the calls."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt
import polars as pl

from spanwise_collector.resolve.call import CALL, KINDS, Call, model_code, unpacked
from spanwise_collector.resolve.emitters import emitter_code
from spanwise_collector.resolve.trace import LINK_BYTES
from spanwise_schema.measures import DIMENSIONS

_UNIQUE: Final = 16
"""Characters from which on a response id is taken to be one: some servers count, or roll one of a thousand."""
_NONE: Final = -1
_CALL_BYTES: Final = CALL.itemsize

_SPAN: Final = pl.col("span_id").bin.reinterpret(dtype=pl.UInt64)
_PARENT: Final = pl.col("parent_span_id").bin.reinterpret(dtype=pl.UInt64).fill_null(0)
_LONG: Final = pl.col("response_id").str.len_bytes() >= _UNIQUE
_NUMBERS: Final = (
    _SPAN.alias("span"),
    pl.coalesce("start_ns", "end_ns", 0).alias("start_ns"),
    pl.coalesce("end_ns", "start_ns", 0).alias("end_ns"),
    pl.when(_LONG).then(pl.col("response_id").hash(seed=0)).otherwise(0).fill_null(0).alias("answer"),
    pl.col("input_tokens").fill_null(_NONE),
    pl.col("output_tokens").fill_null(_NONE),
    pl.col("cost_pico_usd").fill_null(_NONE),
    pl.col("error_type").is_not_null().alias("failed"),
    pl.col("ttft_ns").is_not_null().alias("timed"),
    pl.col("duration_ns").is_not_null().alias("lasting"),
    *(pl.col("operation").eq_missing(kind).alias(kind) for kind in KINDS[1:]),
)
_Ints = npt.NDArray[np.int64]


class Part(NamedTuple):
    """What a batch says of one trace.

    Attributes:
        trace_id: 16 bytes.
        links: pairs of span id and parent id, 8 bytes each.
        rooted: its root is among them.
        calls: its calls, packed as CALL.
        rows: where they stand in the batch.
        low_ns: when the first of them began.
        high_ns: when the last of them ended.
        plain: no two of them overlap in time.
    """

    trace_id: bytes
    links: bytes
    rooted: bool
    calls: bytes
    rows: list[int]
    low_ns: int
    high_ns: int
    plain: bool


class Batch(NamedTuple):
    """A batch by trace.

    Attributes:
        parts: of each trace what the batch says of it.
        frame: the calls.
        labels: their `label_keys`.
        packed: the same calls as CALL.
    """

    parts: list[Part]
    frame: pl.DataFrame
    labels: pl.Series
    packed: npt.NDArray[np.void]

    def answers(self) -> Iterator[tuple[int, bytes]]:
        """Give the response id of each call, as a hash, and its trace, in the order of the batch."""
        own = {part.trace_id: part.trace_id for part in self.parts}  # the same object each time: many are remembered
        return zip(
            self.packed["answer"].tolist(),
            (own[trace_id] for trace_id in self.frame["trace_id"].to_list()),
            strict=True,
        )


def read(frame: pl.DataFrame, is_leaf: pl.Series) -> Batch:
    """Read a batch; `is_leaf` tells the calls in it."""
    calls = frame.filter(is_leaf)
    labels = label_keys(calls)
    packed = _packed(calls, labels)
    parts = list(_parts(frame, is_leaf, packed)) if frame.height else []
    return Batch(parts, calls, labels, packed)


def in_order(parts: Sequence[Part]) -> list[tuple[int, bytes, Call]]:
    """Give the calls of parts in the order of the batch: row, trace id and call."""
    rows = [
        (row, part.trace_id, call) for part in parts for row, call in zip(part.rows, unpacked(part.calls), strict=True)
    ]
    return sorted(rows, key=lambda found: found[0])


def label_keys(frame: pl.DataFrame) -> pl.Series:
    """Hash the values of DIMENSIONS of each row."""
    return frame.select(DIMENSIONS).hash_rows(seed=0)


def _packed(calls: pl.DataFrame, labels: pl.Series) -> npt.NDArray[np.void]:
    packed = np.zeros(calls.height, CALL)
    for column in calls.select(_NUMBERS):
        if column.name not in KINDS:
            packed[column.name] = column.to_numpy()
        else:
            packed["kind"][column.to_numpy()] = KINDS.index(column.name)
    packed["labels"] = labels.to_numpy()
    for name in ("model", "response_model"):
        packed[name] = _codes(calls[name], model_code)
    packed["emitter"] = _codes(calls["scope_name"], emitter_code)
    return packed


def _codes(names: pl.Series, code: Callable[[str | None], int]) -> list[int]:
    """Number names, each different one once."""
    of = {name: code(name) for name in names.unique().to_list()}
    return [of[name] for name in names.to_list()]


def _parts(frame: pl.DataFrame, is_leaf: pl.Series, packed: npt.NDArray[np.void]) -> Iterator[Part]:
    ids = frame.select("trace_id", _SPAN.alias("span"), _PARENT.alias("parent"), pl.int_range(pl.len()).alias("row"))
    by_trace = ids.group_by("trace_id", maintain_order=True).agg("row", pl.len())
    order = by_trace["row"].explode().to_numpy()
    counts = by_trace["len"].to_numpy().astype(np.int64)
    firsts = _firsts(counts)
    leaf, parent = is_leaf.to_numpy()[order], ids["parent"].to_numpy()[order]
    rooted = np.logical_or.reduceat(parent == 0, firsts).tolist()
    leaves = np.add.reduceat(leaf.astype(np.int64), firsts)
    links = np.stack([ids["span"].to_numpy()[order], parent], axis=1).astype("<u8").tobytes()
    rows = order[leaf]
    packed = packed[(np.cumsum(is_leaf.to_numpy()) - 1)[rows]]
    calls, places = packed.tobytes(), rows.tolist()
    spans = zip(firsts.tolist(), (firsts + counts).tolist(), strict=True)
    ranges = zip(_firsts(leaves).tolist(), np.cumsum(leaves).tolist(), strict=True)
    for trace_id, root, (at, upto), (first, last), extent in zip(
        by_trace["trace_id"].to_list(), rooted, spans, ranges, _extents(packed, leaves), strict=True
    ):
        link = links[at * LINK_BYTES : upto * LINK_BYTES]
        yield Part(trace_id, link, root, calls[first * _CALL_BYTES : last * _CALL_BYTES], places[first:last], *extent)


def _firsts(counts: _Ints) -> _Ints:
    return np.cumsum(counts) - counts


def _extents(packed: npt.NDArray[np.void], counts: _Ints) -> Iterator[tuple[int, int, bool]]:
    """Give of each trace when its calls began and ended, and whether no two of them overlap."""
    low, high, crowded = np.zeros(len(counts), np.int64), np.zeros(len(counts), np.int64), np.zeros(len(counts), bool)
    if len(packed):
        group = np.repeat(np.arange(len(counts)), counts)
        start, end = packed["start_ns"], packed["end_ns"]
        has = np.flatnonzero(counts)
        firsts = _firsts(counts[has])
        low[has], high[has] = np.minimum.reduceat(start, firsts), np.maximum.reduceat(end, firsts)
        order = np.lexsort((start, group))
        group, start, end = group[order], start[order], end[order]
        crowded[group[1:][(group[1:] == group[:-1]) & (start[1:] <= end[:-1])]] = True
        crowded[group[end < start]] = True
    return zip(low.tolist(), high.tolist(), (~crowded).tolist(), strict=True)
