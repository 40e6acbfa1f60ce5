"""Reads what the headers of a response say of the provider's rate limits, and of what the call cost."""

import re
from collections.abc import Callable, Mapping
from datetime import datetime
from email.utils import parsedate_to_datetime
from math import inf

from spanwise import guard

_LEFT_REQUESTS = "spanwise.ratelimit.remaining_requests"
_LEFT_TOKENS = "spanwise.ratelimit.remaining_tokens"
_RESET_S = "spanwise.ratelimit.reset_s"
_REMAINING = {
    "x-ratelimit-remaining-requests": _LEFT_REQUESTS,
    "x-ratelimit-remaining-tokens": _LEFT_TOKENS,
    "anthropic-ratelimit-requests-remaining": _LEFT_REQUESTS,
    "anthropic-ratelimit-tokens-remaining": _LEFT_TOKENS,
}
_COST = "x-litellm-response-cost"
"""In USD. Source: LiteLLM, *Response headers* of its proxy."""
_MOST_DIGITS = 18  # what an attribute can hold
# Durations as Go writes them: 1s, 6m0s, 120ms, 2m59.56s; a bare number is seconds.
_PART = re.compile(r"(\d+(?:\.\d+)?)(ms|us|µs|ns|d|h|m|s)")
_UNIT_S = {"d": 86400.0, "h": 3600.0, "m": 60.0, "s": 1.0, "ms": 1e-3, "us": 1e-6, "µs": 1e-6, "ns": 1e-9}


@guard.guarded  # without them there is more to tell
def limits(headers: Mapping[str, str]) -> dict[str, int | float]:
    """Give the attributes that the headers of a response give rise to; what cannot be read is left out.

    `headers` finds names in any case. `reset_s` is the time until the provider wants to be asked again where it says
    so, else until all limits are whole.
    """
    found = _KNOWN.intersection(map(str.lower, headers))
    return _told(found, headers) if found else {}


def _told(found: frozenset[str], headers: Mapping[str, str]) -> dict[str, int | float]:
    told: dict[str, int | float] = {}
    resets: dict[str, float | None] = {}
    for known in sorted(found):
        if known in _REMAINING:
            left = headers[known]
            if left.isascii() and left.isdecimal() and len(left) <= _MOST_DIGITS:
                told[_REMAINING[known]] = int(left)
        elif known == _COST:
            cost_usd = _cost(headers[known])
            if cost_usd is not None:
                told["gen_ai.usage.cost"] = cost_usd
        elif known in _RESETS:
            resets[known] = _RESETS[known](headers[known], headers)
    wanted = [resets.get("retry-after-ms"), resets.get("retry-after"), _longest(resets)]
    reset_s = next((seconds for seconds in wanted if seconds is not None), None)
    if reset_s is not None:
        told[_RESET_S] = reset_s
    return told


def _longest(resets: Mapping[str, float | None]) -> float | None:
    return max((seconds for seconds in resets.values() if seconds is not None), default=None)


def _milliseconds(value: str, _: Mapping[str, str]) -> float | None:
    seconds = _seconds(value)
    return None if seconds is None else seconds / 1000


def _delay(value: str, headers: Mapping[str, str]) -> float | None:
    """Read seconds, or a date of HTTP (RFC 9110, 10.2.3)."""
    seconds = _seconds(value)
    return seconds if seconds is not None else _until(value, parsedate_to_datetime, headers)


def _duration(value: str, _: Mapping[str, str]) -> float | None:
    seconds = _seconds(value)
    if seconds is None and (parts := _PART.findall(value)) and _PART.sub("", value) == "":
        seconds = sum(float(number) * _UNIT_S[unit] for number, unit in parts)
    return seconds


def _moment(value: str, headers: Mapping[str, str]) -> float | None:
    return _until(value, datetime.fromisoformat, headers)


def _seconds(value: str) -> float | None:
    known = len(value) <= _MOST_DIGITS and value.isascii() and value.replace(".", "", 1).isdecimal()
    return float(value) if known else None


def _cost(value: str) -> float | None:
    try:
        cost_usd = float(value)
    except ValueError:
        return None
    return cost_usd if 0 <= cost_usd < inf else None


def _until(value: str, read: Callable[[str], datetime], headers: Mapping[str, str]) -> float | None:
    """Give the time from the response's own date to the moment, so that no two clocks are compared."""
    try:
        seconds = (read(value) - parsedate_to_datetime(headers.get("date", ""))).total_seconds()
    except (ValueError, TypeError):
        return None
    return max(0.0, seconds)


_RESETS: dict[str, Callable[[str, Mapping[str, str]], float | None]] = {
    "retry-after-ms": _milliseconds,
    "retry-after": _delay,
    "x-ratelimit-reset-requests": _duration,
    "x-ratelimit-reset-tokens": _duration,
    "anthropic-ratelimit-requests-reset": _moment,
    "anthropic-ratelimit-tokens-reset": _moment,
}
_KNOWN = frozenset({*_REMAINING, *_RESETS, _COST})
