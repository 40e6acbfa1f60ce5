"""Bands of one moment, as they are kept: the series, and five numbers for each."""

from __future__ import annotations

import math
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import msgspec
import numpy as np
from numpy.typing import NDArray

from spanwise_alerts.alert import Labels
from spanwise_alerts.detect.anomaly.band import Band

MOST_DRAWN: Final = 200
"""Series of a rule whose bands are kept and exposed."""

_NUMBERS: Final = 5


@dataclass(frozen=True, slots=True)
class Drawn:
    """Bands of one moment.

    Attributes:
        at_s: when the points end, Unix time.
        series: in the order of `numbers`.
        numbers: value, expected, lower, upper, score; a row a series; a side that is not watched is infinite.
    """

    at_s: float
    series: Sequence[Labels]
    numbers: NDArray[np.float32]

    def bands(self) -> Iterator[Band]:
        """Go through them."""
        for labels, (value, expected, lower, upper, score) in zip(self.series, self.numbers.tolist(), strict=True):
            yield Band(labels, self.at_s, value, expected, _bound(lower), _bound(upper), score)


def _bound(number: float) -> float | None:
    return number if math.isfinite(number) else None


class _Packed(msgspec.Struct):
    names: list[Labels]
    moments: list[tuple[float, list[int], bytes]]


_ENCODER: Final = msgspec.msgpack.Encoder()
_DECODER: Final = msgspec.msgpack.Decoder(_Packed)


def pack(drawn: Sequence[Drawn]) -> bytes:
    """Write some moments."""
    places: dict[Labels, int] = {}
    for each in drawn:
        for labels in each.series:
            places.setdefault(labels, len(places))
    moments = [(each.at_s, [places[labels] for labels in each.series], each.numbers.tobytes()) for each in drawn]
    return zlib.compress(_ENCODER.encode(_Packed(list(places), moments)))


def unpack(blob: bytes) -> list[Drawn]:
    """Read moments back."""
    packed = _DECODER.decode(zlib.decompress(blob))
    return [
        Drawn(at_s, [packed.names[place] for place in places],
              np.frombuffer(numbers, np.float32).reshape(len(places), _NUMBERS))
        for at_s, places, numbers in packed.moments
    ]  # fmt: skip
