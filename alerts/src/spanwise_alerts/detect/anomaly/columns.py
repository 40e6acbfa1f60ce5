"""Arrays with one row a series: they grow together, and are packed and read back in chunks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Column:
    """What each row of one array holds: so many values of a type, at first `fill`."""

    fill: float = 0.0
    width: int = 0
    dtype: str = "f8"


class Columns:
    """Some arrays by name."""

    def __init__(self, layout: Mapping[str, Column], capacity: int = 0) -> None:
        self._layout = layout
        self._arrays: dict[str, NDArray[Any]] = {name: _fresh(column, capacity) for name, column in layout.items()}

    def __getitem__(self, name: str) -> NDArray[Any]:
        """Return an array; it is another one after the next growth."""
        return self._arrays[name]

    @property
    def row_bytes(self) -> int:
        """How many bytes a series takes."""
        return sum(max(column.width, 1) * np.dtype(column.dtype).itemsize for column in self._layout.values())

    def grow(self, capacity: int) -> None:
        """Make room for more series."""
        for name, column in self._layout.items():
            before = self._arrays[name]
            self._arrays[name] = np.concatenate([before, _fresh(column, capacity - len(before))])

    def keep(self, rows: NDArray[np.intp]) -> None:
        """Keep these rows only, in this order."""
        self._arrays = {name: array[rows] for name, array in self._arrays.items()}

    def pack(self, begin: int, end: int) -> dict[str, bytes]:
        """Return the rows from `begin` to before `end`."""
        return {name: array[begin:end].tobytes() for name, array in self._arrays.items()}

    def unpack(self, begin: int, end: int, packed: Mapping[str, bytes]) -> None:
        """Read rows back into place.

        Raises:
            ValueError: they are of another layout.
        """
        if packed.keys() != self._layout.keys():
            raise ValueError(f"got columns {sorted(packed)}, expected {sorted(self._layout)}")
        for name, column in self._layout.items():
            shape = (end - begin, column.width) if column.width else (end - begin,)
            self._arrays[name][begin:end] = np.frombuffer(packed[name], column.dtype).reshape(shape)


def _fresh(column: Column, capacity: int) -> NDArray[Any]:
    shape = (capacity, column.width) if column.width else (capacity,)
    return np.full(shape, column.fill, column.dtype)
