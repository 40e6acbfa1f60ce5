"""Amounts with units: read what a rule says, print what a message says."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from typing import Final, Literal

_SECONDS: Final = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0, "w": 604800.0}
_DURATION: Final = re.compile(r"(?:\d+(?:\.\d+)?(?:ms|[smhdw]))+")
_PART: Final = re.compile(r"(\d+(?:\.\d+)?)(ms|[smhdw])")
_NUMBER: Final = re.compile(r"[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?")
_WORD: Final = {
    "{token}": "tokens", "{call}": "calls", "{run}": "runs", "{step}": "steps", "{error}": "errors",
    "{agent}": "agents",
}  # fmt: skip
_TWO_MINUTES_S: Final = 120.0
_CENT: Final = 0.01

Sign = Literal["s", "%", "$", ""]


@dataclass(frozen=True, slots=True)
class Quantity:
    """An amount in its base unit.

    Attributes:
        value: seconds, a share of 1, dollars, or a bare number.
        sign: what was written with it: `s` a duration, `%` a share, `$` money, empty for a bare number.
        text: as it was written.
    """

    value: float
    sign: Sign
    text: str


def seconds(raw: object) -> float:
    """Read a duration such as 500ms, 8s, 1m30s, 2h or 1d.

    Raises:
        ValueError: it is none.
    """
    text = str(raw).strip()
    if text == "0":
        return 0.0
    if isinstance(raw, str) and _DURATION.fullmatch(text):
        return sum(float(amount) * _SECONDS[unit] for amount, unit in _PART.findall(text))
    raise ValueError(f"got {raw!r}, expected a duration with its unit, such as 500ms, 8s, 2m or 1h")


def quantity(raw: object) -> Quantity:
    """Read an amount: 8s, 500ms, 5%, $0.5, 0.05, 50000.

    Raises:
        ValueError: it is none, or not finite.
    """
    fault = ValueError(f"got {raw!r}, expected an amount such as 8s, 500ms, 5%, $0.5 or 50000")
    if isinstance(raw, bool) or not isinstance(raw, (int, float, str)):
        raise fault
    text = str(raw).strip()
    minus, size = (-1.0, text[1:]) if text.startswith("-") else (1.0, text)
    if _DURATION.fullmatch(size):
        return Quantity(minus * seconds(size), "s", text)
    sign: Sign = "$" if size.startswith("$") else "%" if size.endswith("%") else ""
    digits = (f"-{size[1:]}" if minus < 0 else size[1:]) if sign == "$" else text.removesuffix("%").strip()
    if not _NUMBER.fullmatch(digits) or not math.isfinite(float(digits)):
        raise fault
    return Quantity(float(digits) / 100 if sign == "%" else float(digits), sign, text)


def human(value: float | None, unit: str) -> str:
    """Print a value in its unit (UCUM, as the measure catalogue writes it; `/s` a rate, `%` a share) for a person."""
    if value is None:
        return "no data"
    if unit.endswith("/s"):
        return f"{human(value, unit.removesuffix('/s'))}/s"
    if unit == "s":
        return human_duration(value)
    if unit == "USD":
        return f"${value:,.2f}" if value == 0 or abs(value) >= _CENT else f"${value:.2g}"
    if unit == "%":
        return f"{value * 100:.3g} %"
    number = f"{value:,.0f}" if value == int(value) or abs(value) >= 1000 else f"{value:.3g}"  # noqa: PLR2004
    return f"{number} {_WORD[unit]}" if unit in _WORD else number


def human_duration(duration_s: float) -> str:
    """Print seconds as 850 ms, 8.31 s, 2m 5s or 1h 30m."""
    if abs(duration_s) < 1:
        return f"{duration_s * 1000:.3g} ms"
    if abs(duration_s) < _TWO_MINUTES_S:
        return f"{duration_s:.3g} s"
    whole = round(duration_s)
    hours, minutes, rest = whole // 3600, whole % 3600 // 60, whole % 60
    parts = [f"{n}{name}" for n, name in ((hours, "h"), (minutes, "m"), (rest, "s")) if n]
    return " ".join(parts[:2])
