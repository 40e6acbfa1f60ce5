"""Sums of the live windows between two moments, by measure; what did not change is not added up again."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple, cast

import numpy as np
import numpy.typing as npt
import polars as pl

from spanwise_collector.rollup.windows import Layer, Windows

_KEPT: Final = 256
_Ints = npt.NDArray[np.int64]


class Part(NamedTuple):
    """Sums of one measure; one row for each series and bucket."""

    series: _Ints
    bucket: _Ints
    seen: _Ints
    sum: _Ints
    max: _Ints


Slice = dict[int, Part]
"""By the number of the measure."""

_Key = tuple[int, int, int, int]


class Slices:
    """Adds up the rows of each layer of the windows once for all measures. Any thread may ask, one at a time."""

    def __init__(self, windows: Windows) -> None:
        self._windows = windows
        self._known: dict[_Key, Slice] = {}
        self._newest_ns: dict[int, tuple[int, int]] = {}

    def between(self, spans: Sequence[tuple[int, int]]) -> list[list[Slice]]:
        """Give for each (first_ns, last_ns] what the layers hold of it; a window that overlaps the start counts."""
        layers, used = self._windows.layers, dict[_Key, Slice]()
        found = [[self._slice(n, layer, *span, used) for n, layer in enumerate(layers)] for span in spans]
        if len(self._known) > _KEPT:
            self._known = used
        return found

    def _slice(self, number: int, layer: Layer, first_ns: int, last_ns: int, used: dict[_Key, Slice]) -> Slice:
        width_ns = layer.width_ns
        # windows begin at multiples of their width, so the limits move once in a width only: the first window is the
        # one that begins after first - width, which is the one that first lies in
        end_ns = min(last_ns // width_ns * width_ns, self._newest(number, layer))
        key = (number, layer.version, first_ns // width_ns * width_ns, end_ns)
        if key not in self._known:
            self._drop_old(number, layer.version)
            self._known[key] = _added_up(layer, key[2], key[3])
        used[key] = self._known[key]
        return used[key]

    def _drop_old(self, number: int, version: int) -> None:
        self._known = {key: kept for key, kept in self._known.items() if key[0] != number or key[1] == version}

    def _newest(self, number: int, layer: Layer) -> int:
        version, newest_ns = self._newest_ns.get(number, (-1, 0))
        if version != layer.version:
            newest_ns = max((cast("int", frame["window_ns"].max()) for frame in layer.frames), default=0)
            self._newest_ns[number] = (layer.version, newest_ns)
        return newest_ns


def _added_up(layer: Layer, begin_ns: int, end_ns: int) -> Slice:
    if not layer.frames:
        return {}
    inside = pl.col("window_ns").is_between(begin_ns, end_ns)
    merged = (
        pl.concat([frame.lazy().filter(inside) for frame in layer.frames])
        .group_by("measure", "series", "bucket")
        .agg(pl.col("count").sum().alias("seen"), pl.col("sum").sum(), pl.col("max").max())
        .collect()
    )
    return {
        int(key[0]): Part(*(rows[name].cast(pl.Int64).to_numpy() for name in Part._fields))
        for key, rows in merged.partition_by("measure", as_dict=True).items()
    }
