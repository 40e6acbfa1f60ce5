"""Every dialect table of this package, in the order in which they are asked."""

from __future__ import annotations

from importlib import import_module
from pkgutil import iter_modules
from typing import Final

from spanwise_collector.batch import Wanted
from spanwise_collector.normalise import dialects
from spanwise_collector.normalise.dialect import Basis, Dialect, Source


def _load() -> tuple[Dialect, ...]:
    names = [f"{dialects.__name__}.{module.name}" for module in iter_modules(dialects.__path__)]
    tables: list[Dialect] = [import_module(name).DIALECT for name in names]
    return tuple(sorted(tables, key=lambda table: table.order))


def _sources() -> dict[str, tuple[Source, ...]]:
    merged: dict[str, tuple[Source, ...]] = {}
    for dialect in DIALECTS:
        for column, sources in dialect.sources.items():
            merged[column] = (*merged.get(column, ()), *sources)
    return merged


def _wanted() -> Wanted:
    every = [source for sources in SOURCES.values() for source in sources]
    return Wanted(
        attributes={source.key: source.kind for source in every if source.of == "attribute"},
        resource={source.key: source.kind for source in every if source.of == "resource"},
    )


def basis_of(scope: str) -> Basis | None:
    """Say how the emitter behind a scope name counts input tokens; null where that is unknown."""
    known = [prefix for prefix in _BASIS if scope.startswith(prefix)]
    return _BASIS[max(known, key=len)] if known else None


DIALECTS: Final = _load()
SOURCES: Final = _sources()
WANTED: Final = _wanted()
_BASIS: Final[dict[str, Basis]] = {prefix: basis for dialect in DIALECTS for prefix, basis in dialect.basis.items()}
