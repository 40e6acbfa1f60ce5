"""Read the parameters of a question; what is wrong is told with its name and with what is allowed."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from typing import Any, Final, Literal, cast

from fastapi import Request

from spanwise_schema.measures import DIMENSIONS, MEASURES, NANO, Dimension, Measure, Stat

_WINDOW: Final = re.compile(r"(\d+(?:\.\d+)?)(ms|s|m|h|d)")
_SECONDS: Final = {"ms": 0.001, "s": 1, "m": 60, "h": 3_600, "d": 86_400}
_WHERE: Final = re.compile(rf"({'|'.join(DIMENSIONS)}):(.*)", re.DOTALL)
_MAX_NS: Final = 2**62
_DAY_NS: Final = 86_400 * NANO
_LONGEST_NS: Final = 36_500 * _DAY_NS


class Invalid(ValueError):
    """A parameter is no such thing.

    Args:
        field: the parameter's name.
        message: what is wrong and what was expected.
        allowed: the values that are allowed, where they can be listed.
        where: the part of the request that holds it.
    """

    def __init__(
        self, field: str, message: str, allowed: Iterable[str] = (), where: Literal["query", "path", "body"] = "query"
    ) -> None:
        super().__init__(message)
        self.field = field
        self.where = where
        self.allowed = list(allowed)

    def detail(self) -> dict[str, Any]:
        """Give the fault in the shape that FastAPI gives its own."""
        found: dict[str, Any] = {"loc": [self.where, self.field], "msg": str(self), "type": "value_error"}
        return found | ({"allowed": self.allowed} if self.allowed else {})


def no_parameters(request: Request) -> None:
    """Refuse any parameter, as one that does nothing misleads."""
    for name in request.query_params:
        raise Invalid(name, f"unknown parameter {name!r}; there are none here")


def measure(text: str) -> Measure:
    """Find a measure of the catalogue."""
    if text not in MEASURES:
        raise Invalid("measure", f"unknown measure {text!r}; see /api/v1/measures", MEASURES)
    return MEASURES[text]


def stat(text: str, of: Measure) -> Stat:
    """Find a statistic that a measure allows."""
    if text not in of.stats:
        raise Invalid("stat", f"{of.name} has no stat {text!r}", of.stats)
    return text


def by(text: str, of: Measure) -> tuple[Dimension, ...]:
    """Read "provider,model"; empty is all in one series."""
    names = [name.strip() for name in text.split(",") if name.strip()]
    for name in names:
        _check_dimension("by", name, of)
    return tuple(cast("Dimension", name) for name in dict.fromkeys(names))


def where(texts: Sequence[str], of: Measure) -> dict[Dimension, frozenset[str]]:
    """Read "dimension:value" filters, several in one text by commas; a dimension named twice takes either value."""
    wanted: dict[Dimension, set[str]] = {}
    for name, value in _filters(texts):
        _check_dimension("where", name, of)
        wanted.setdefault(cast("Dimension", name), set()).add(value)
    return {name: frozenset(values) for name, values in wanted.items()}


def _filters(texts: Sequence[str]) -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    for text in texts:
        start = len(found)
        for piece in text.split(","):
            match = _WHERE.fullmatch(piece.lstrip())
            if match:
                found.append((match[1], match[2]))
            elif len(found) > start:  # a comma inside a value
                found[-1] = (found[-1][0], f"{found[-1][1]},{piece}")
            else:
                raise Invalid("where", f'expected "dimension:value", got {piece!r}', DIMENSIONS)
    return found


def _check_dimension(field: str, name: str, of: Measure) -> None:
    if name not in of.dimensions:
        raise Invalid(field, f"{of.name} has no dimension {name!r}", of.dimensions)


def duration_ns(field: str, text: str) -> int:
    """Read "30s", "5m", "1.5h", "2d"."""
    match = _WINDOW.fullmatch(text.strip())
    nanos = round(float(match[1]) * _SECONDS[match[2]] * NANO) if match else None
    if nanos is None:
        raise Invalid(field, f'expected a duration such as "30s", "5m", "1h" or "2d", got {text!r}')
    if not 0 < nanos <= _LONGEST_NS:
        raise Invalid(field, f"expected a duration above 0 and of at most {_LONGEST_NS // _DAY_NS}d, got {text!r}")
    return nanos


def moment_ns(field: str, text: str) -> int:
    """Read a moment: Unix seconds with or without a fraction, or RFC 3339."""
    try:
        nanos = Decimal(text) * NANO
    except InvalidOperation:
        return _rfc3339_ns(field, text)
    if not nanos.is_finite() or abs(nanos) >= _MAX_NS:
        raise Invalid(field, f"expected Unix seconds or RFC 3339 of the years 1824 to 2116, got {text!r}")
    return round(nanos)


def _rfc3339_ns(field: str, text: str) -> int:
    try:
        # In a query string "+01:00" arrives as " 01:00".
        moment = datetime.fromisoformat(text.replace(" ", "+"))
    except ValueError as fault:
        raise Invalid(field, f"expected Unix seconds or RFC 3339, got {text!r}") from fault
    aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    since = aware - datetime.fromtimestamp(0, UTC)
    nanos = (since.days * 86_400 + since.seconds) * NANO + since.microseconds * 1_000
    if abs(nanos) >= _MAX_NS:
        raise Invalid(field, f"expected Unix seconds or RFC 3339 of the years 1824 to 2116, got {text!r}")
    return nanos


def identifier(field: str, text: str, digits: int) -> bytes:
    """Read the id of a trace or a span in the path."""
    try:
        if len(text) == digits:
            return bytes.fromhex(text)
    except ValueError:
        pass
    raise Invalid(field, f"expected {digits} hexadecimal digits, got {text!r}", where="path")
