"""What a dialect table says: how its spans are recognised and which of its keys means which column."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, Literal

from spanwise_schema.columns import ATTRIBUTE, CALL, RESOURCE, Kind

Take = Literal["as_is", "first", "before_comma", "unquoted", "seconds", "milliseconds", "usd"]
"""How a value becomes the column's: unchanged, a list's first, a text's part before the comma, a text without the
quotes of JSON, seconds to ns, milliseconds to ns, USD above 0 to pico-USD."""

Place = Literal["inside", "outside"]
"""Whether a part of a count (the cache of the input, the thoughts of the output) is in it or beside it."""

CHECKS: Final[dict[str, Kind]] = {
    "total_tokens": "i64",
    "cache_write_5m_tokens": "i64",
    "tokens_estimated": "bool",
    "from_cache": "bool",
    "workflow": "str",
    "counted": "str",
    "lasted_ns": "i64",
}
"""Columns that normalise needs on its way and does not hand on.

`counted` is a `Place` that the words of a span tell, whatever its emitter does else, or `elsewhere` where its events
tell more; `lasted_ns` how long that took of which a span without length is the report.
"""


@dataclass(frozen=True, slots=True)
class Source:
    """One key that may hold a column's value.

    Attributes:
        key: the attribute.
        kind: what its value is on the wire; a number may also be told as text.
        take: how it becomes the column's value.
        of: whose attribute it is.
        path: where the value is within the key's text, which is JSON.
        pattern: the same for other text: the first group of this expression.
        when: counts only where another text attribute has this value.
        own: counts only on spans that were recognised as this dialect, because others mean something else by it.
        means: how the dialect's words are spelled here; an unknown word stays.
        only_known: an unknown word is no value.
    """

    key: str
    kind: Kind
    take: Take = "as_is"
    of: Literal["attribute", "resource"] = "attribute"
    path: str = ""
    pattern: str = ""
    when: tuple[str, str] | None = None
    own: bool = False
    means: Mapping[str, str] = field(default_factory=dict[str, str])
    only_known: bool = False

    @property
    def column(self) -> str:
        """Name the sparse column that decode makes of the key."""
        return f"{ATTRIBUTE if self.of == 'attribute' else RESOURCE}{self.key}"

    @property
    def within(self) -> str:
        """Name the column that holds the value: of a JSON text that `unfold` reads, a column of its own."""
        return self.column + self.path

    @property
    def condition(self) -> str | None:
        """Name the sparse column that `when` asks for."""
        return None if self.when is None else ATTRIBUTE + self.when[0]


@dataclass(frozen=True, slots=True)
class Counting:
    """How an emitter counts tokens.

    Attributes:
        cache: whether the input tokens that it writes contain those read from and written to the cache.
        thoughts: whether its output tokens contain those of reasoning; null where that depends on the provider.
        scope: the emitter, as in `Dialect.scopes`.
        provider: for this provider only.
    """

    cache: Place
    thoughts: Place | None = None
    scope: str = "*"
    provider: str | None = None


@dataclass(frozen=True, slots=True)
class Dialect:
    """One dialect of GenAI telemetry, as data.

    Attributes:
        name: what the `dialect` column says.
        title: what people call it.
        order: dialects are recognised, and their sources coalesced, from the lowest to the highest.
        sources: canonical column -> the keys that may hold it, the best first.
        scopes: names of instrumentation scopes that speak it; `acme.*` stands for all that begin so.
        keys: attributes that only its spans have; `acme.*` stands for all known keys that begin so.
        values: attribute -> values that only its spans have there, patterns as in `scopes`.
        resource: resource attribute -> values that only its processes have there, patterns as in `scopes`.
        names: names of spans, or their first words, that tell the operation where no attribute does.
        counting: how its emitters count tokens; the longest scope that fits decides, then a named provider.
        traps: what to know about it, for the page that is made of these tables.
    """

    name: str
    title: str
    order: int
    sources: Mapping[str, tuple[Source, ...]] = field(default_factory=dict[str, tuple[Source, ...]])
    scopes: tuple[str, ...] = ()
    keys: tuple[str, ...] = ()
    values: Mapping[str, tuple[str, ...]] = field(default_factory=dict[str, tuple[str, ...]])
    resource: Mapping[str, tuple[str, ...]] = field(default_factory=dict[str, tuple[str, ...]])
    names: Mapping[str, str] = field(default_factory=dict[str, str])
    counting: tuple[Counting, ...] = ()
    traps: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        unknown = sorted(set(self.sources) - set(CALL) - set(CHECKS))
        if unknown:
            raise ValueError(f"dialect {self.name}: {unknown} are no columns of spanwise_schema.columns.CALL")


def fits(pattern: str, value: str) -> bool:
    """Tell whether a value is the pattern's, whose only wildcard is a star at the end."""
    return value.startswith(pattern[:-1]) if pattern.endswith("*") else value == pattern


def costs(*keys: str) -> tuple[Source, ...]:
    """List attributes that hold what a call cost in USD, the best first."""
    return tuple(Source(key, "f64", "usd") for key in keys)


def cost_within(key: str, *paths: str) -> tuple[Source, ...]:
    """List places in a JSON text that hold what a call cost in USD, the best first."""
    return tuple(Source(key, "str", "usd", path=path) for path in paths)


def strings(*keys: str) -> tuple[Source, ...]:
    """List text attributes, the best first."""
    return tuple(Source(key, "str") for key in keys)


def counts(*keys: str) -> tuple[Source, ...]:
    """List attributes that hold a number of tokens, the best first."""
    return tuple(Source(key, "i64") for key in keys)


def own_counts(*keys: str) -> tuple[Source, ...]:
    """List attributes that hold a number of tokens on spans of this dialect only, the best first."""
    return tuple(Source(key, "i64", own=True) for key in keys)


def within(key: str, *paths: str) -> tuple[Source, ...]:
    """List places in a JSON text, the best first."""
    return tuple(Source(key, "str", path=path) for path in paths)


def told(key: str, means: Mapping[str, str], *, only_known: bool = True) -> Source:
    """Give a text attribute whose words are spelled otherwise here."""
    return Source(key, "str", means=means, only_known=only_known)
