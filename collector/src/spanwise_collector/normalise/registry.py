"""Every dialect table of this package, in the order in which they are asked."""

from __future__ import annotations

from functools import lru_cache
from importlib import import_module
from pkgutil import iter_modules
from typing import Final

from spanwise_collector.batch import Wanted
from spanwise_collector.normalise import dialects
from spanwise_collector.normalise.dialect import Counting, Dialect, Source, fits
from spanwise_schema.columns import ATTRIBUTE, RESOURCE, Kind

NO_DIALECT: Final = 255
"""The place in `DIALECTS` of a span that speaks none."""

_REMEMBERED: Final = 4096


def _load() -> tuple[Dialect, ...]:
    names = [f"{dialects.__name__}.{module.name}" for module in iter_modules(dialects.__path__)]
    tables: list[Dialect] = [import_module(name).DIALECT for name in names]
    return tuple(sorted(tables, key=lambda table: table.order))


def _sources() -> dict[str, tuple[tuple[int, Source], ...]]:
    merged: dict[str, tuple[tuple[int, Source], ...]] = {}
    for place, dialect in enumerate(DIALECTS):
        for column, sources in dialect.sources.items():
            merged[column] = (*merged.get(column, ()), *((place, source) for source in sources))
    return merged


def _wanted() -> Wanted:
    attributes, resource = dict[str, Kind](), dict[str, Kind]()
    for dialect in DIALECTS:
        marks = [key for key in (*dialect.keys, *dialect.values) if not key.endswith("*")]
        attributes |= dict.fromkeys(marks, "str")
        resource |= dict.fromkeys(dialect.resource, "str")
    for source in (source for sources in SOURCES.values() for _, source in sources):
        if source.when is not None:
            attributes.setdefault(source.when[0], "str")
    for source in (source for sources in SOURCES.values() for _, source in sources):
        (attributes if source.of == "attribute" else resource)[source.key] = source.kind
    return Wanted(attributes, resource)


@lru_cache(_REMEMBERED)
def of_scope(scope: str) -> int:
    """Say which dialect the emitter behind a scope's name speaks; NO_DIALECT where the name does not tell."""
    return next(
        (place for place, dialect in enumerate(DIALECTS) if any(fits(pattern, scope) for pattern in dialect.scopes)),
        NO_DIALECT,
    )


@lru_cache(_REMEMBERED)
def counting_of(place: int, scope: str | None, provider: str | None) -> Counting | None:
    """Say how an emitter of a dialect counts a provider's tokens; null where that is unknown."""
    if place == NO_DIALECT:
        return None
    known = [
        rule for rule in DIALECTS[place].counting if fits(rule.scope, scope or "") and rule.provider in (None, provider)
    ]
    return max(known, key=lambda rule: (len(rule.scope), rule.provider is not None), default=None)


DIALECTS: Final = _load()
SOURCES: Final = _sources()
WANTED: Final = _wanted()
READ: Final = frozenset((*(ATTRIBUTE + key for key in WANTED.attributes), *(RESOURCE + key for key in WANTED.resource)))
"""The sparse columns that some table names."""
