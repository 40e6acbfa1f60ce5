"""What a dialect table says: how its spans are recognised and which of its keys means which column."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, Literal

from spanwise_schema.columns import ATTRIBUTE, CALL, RESOURCE, Kind

Take = Literal["as_is", "first", "before_comma", "seconds"]
"""How a value becomes the column's: unchanged, a list's first, a text's part before the comma, seconds to ns."""

Basis = Literal["inclusive", "exclusive"]
"""Whether the input tokens that an emitter writes contain those read from and written to the cache."""

CHECKS: Final[dict[str, Kind]] = {"total_tokens": "i64", "tokens_estimated": "bool", "workflow": "str"}
"""Columns that normalise needs on its way and does not hand on."""


@dataclass(frozen=True, slots=True)
class Source:
    """One key that may hold a column's value."""

    key: str
    kind: Kind
    take: Take = "as_is"
    of: Literal["attribute", "resource"] = "attribute"

    @property
    def column(self) -> str:
        """Name the sparse column that decode makes of the key."""
        return f"{ATTRIBUTE if self.of == 'attribute' else RESOURCE}{self.key}"


@dataclass(frozen=True, slots=True)
class Dialect:
    """One dialect of GenAI telemetry, as data.

    Attributes:
        name: what the `dialect` column says.
        order: dialects are recognised, and their sources coalesced, from the lowest to the highest.
        marks: a span with an attribute whose key begins like one of these speaks the dialect.
        sources: canonical column -> the keys that may hold it, the best first.
        basis: scope name prefix -> how that emitter counts input tokens; the longest prefix decides.
    """

    name: str
    order: int
    sources: Mapping[str, tuple[Source, ...]]
    marks: tuple[str, ...] = ()
    basis: Mapping[str, Basis] = field(default_factory=dict[str, Basis])

    def __post_init__(self) -> None:
        unknown = sorted(set(self.sources) - set(CALL) - set(CHECKS))
        if unknown:
            raise ValueError(f"dialect {self.name}: {unknown} are no columns of spanwise_schema.columns.CALL")


def strings(*keys: str) -> tuple[Source, ...]:
    """List text attributes, the best first."""
    return tuple(Source(key, "str") for key in keys)


def counts(*keys: str) -> tuple[Source, ...]:
    """List attributes that hold a number of tokens, the best first."""
    return tuple(Source(key, "i64") for key in keys)
