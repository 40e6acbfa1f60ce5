"""Read the parameters of a search as Jaeger spells them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any, Final, cast

import msgspec

from spanwise_collector.reader import TraceFilter
from spanwise_collector.view.params import Invalid

DEFAULT_LIMIT: Final = 20
MOST_TRACES: Final = 1_500
LOOKBACK: Final = "1h"
_UNITS_NS: Final = {
    "ns": 1, "us": 1_000, "µs": 1_000, "μs": 1_000, "ms": 10**6, "s": 10**9, "m": 60 * 10**9, "h": 3_600 * 10**9,
    "d": 86_400 * 10**9,
}  # fmt: skip
_PIECE: Final = re.compile(rf"(\d+(?:\.\d*)?|\.\d+)({'|'.join(sorted(_UNITS_NS, key=len, reverse=True))})", re.ASCII)
_ID_DIGITS: Final = 32
_MAX_NS: Final = 2**62


def trace_id(text: str) -> bytes:
    """Read a trace id: up to 32 hexadecimal digits, a short one is filled with zeros as in Jaeger."""
    if not re.fullmatch(rf"[0-9a-fA-F]{{1,{_ID_DIGITS}}}", text):
        raise Invalid("traceID", f"expected 1 to {_ID_DIGITS} hexadecimal digits, got {text!r}", where="path")
    return bytes.fromhex(text.zfill(_ID_DIGITS))


def duration_ns(field: str, text: str) -> int:
    """Read a duration as Go writes it: "100ms", "1.5s", "1m30s"; days ("2d") too, as Jaeger's page sends them."""
    pieces = list(_PIECE.finditer(text))
    nanos = round(sum(float(piece[1]) * _UNITS_NS[piece[2]] for piece in pieces))
    if not pieces or "".join(piece[0] for piece in pieces) != text or nanos >= _MAX_NS:
        raise Invalid(field, f'expected a duration such as "100ms", "1.5s" or "1m30s", got {text!r}')
    return nanos


def moment_ns(field: str, text: str, unit_ns: int) -> int:
    """Read a moment: a whole number of microseconds or milliseconds since 1970."""
    nanos = int(text) * unit_ns if re.fullmatch(r"[0-9]{1,20}", text) else _MAX_NS
    if nanos >= _MAX_NS:
        unit = "microseconds" if unit_ns == _UNITS_NS["us"] else "milliseconds"
        raise Invalid(field, f"expected {unit} since 1970 as a whole number, got {text!r}")
    return nanos


def limit(text: str | None) -> int:
    """Read how many traces are wanted."""
    number = DEFAULT_LIMIT if text is None else int(text) if re.fullmatch(r"[0-9]{1,9}", text) else 0
    if not 1 <= number <= MOST_TRACES:
        raise Invalid("limit", f"expected a whole number from 1 to {MOST_TRACES}, got {text!r}")
    return number


def tags(as_json: str | None, one_by_one: Sequence[str]) -> dict[str, str]:
    """Read tags: a JSON object of texts, and texts "key:value"."""
    found = _object(as_json) if as_json is not None else {}
    for text in one_by_one:
        key, colon, value = text.partition(":")
        if not key or not colon:
            raise Invalid("tag", f'expected "key:value", got {text!r}')
        found[key] = value
    return found


def _object(text: str) -> dict[str, str]:
    try:
        read: Any = msgspec.json.decode(text)
    except (msgspec.DecodeError, UnicodeEncodeError) as fault:
        raise _no_tags(text) from fault
    if not isinstance(read, dict):
        raise _no_tags(text)
    found = cast("dict[str, object]", read)
    if not all(isinstance(value, str) for value in found.values()):
        raise _no_tags(text)
    return cast("dict[str, str]", found)


def _no_tags(text: str) -> Invalid:
    return Invalid("tags", f'expected a JSON object of texts such as {{"error":"true"}}, got {text!r}')


def trace_filter(asked: dict[str, str], one_by_one: Sequence[str], now_ns: int) -> TraceFilter:
    """Read a search.

    Args:
        asked: parameters that were given and are not empty.
        one_by_one: `tag` as often as it was given.
        now_ns: where the time ends if it was not said.
    """
    us_ns = _UNITS_NS["us"]
    end_ns = moment_ns("end", asked["end"], us_ns) if "end" in asked else now_ns
    lookback_ns = duration_ns("lookback", asked.get("lookback", LOOKBACK))
    start_ns = moment_ns("start", asked["start"], us_ns) if "start" in asked else end_ns - lookback_ns
    if start_ns > end_ns:
        raise Invalid("end", f"expected a moment not before start, got {asked.get('end', 'now')!r}")
    least, most = (duration_ns(name, asked[name]) if name in asked else None for name in ("minDuration", "maxDuration"))
    if least is not None and most is not None and least > most:
        raise Invalid("maxDuration", f"expected at least minDuration, got {asked['maxDuration']!r}")
    return TraceFilter(
        start_ns,
        end_ns,
        asked.get("service"),
        asked.get("operation"),
        tags(asked.get("tags"), one_by_one),
        least,
        most,
        limit(asked.get("limit")),
    )
