"""What decode makes of one request, and which attributes it is asked to look for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import polars as pl

from spanwise_collector.point import Point
from spanwise_schema.columns import Kind


@dataclass(frozen=True, slots=True)
class Decoded:
    """One request as a batch.

    Attributes:
        frame: one row per accepted span: the columns of `spanwise_schema.columns.SPAN`, then, for wanted keys
            that the request has, the sparse columns `attribute.<key>` and `resource.<key>`, null where absent,
            and `event.exception.type` if a span has an exception event.
        received: spans in the request; received = frame.height + the sum of rejected.
        rejected: reason -> spans.
        faults: key -> values that were no such thing (wrong type, NaN, out of range) and became null.
        points: of metrics that are passed on.
    """

    frame: pl.DataFrame
    received: int
    rejected: Mapping[str, int] = field(default_factory=dict[str, int])
    faults: Mapping[str, int] = field(default_factory=dict[str, int])
    points: Sequence[Point] = ()


@dataclass(frozen=True, slots=True)
class Wanted:
    """The attribute keys that become columns, each with the kind of value it must have.

    Attributes:
        attributes: span attribute key -> kind, as `attribute.<key>`.
        resource: resource attribute key -> kind, as `resource.<key>`.
    """

    attributes: Mapping[str, Kind]
    resource: Mapping[str, Kind]
