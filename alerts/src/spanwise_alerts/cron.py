"""When something begins again and again: the five fields of cron."""

from __future__ import annotations

import calendar
from dataclasses import dataclass
from datetime import datetime
from typing import Final

_DAYS: Final = tuple(name.lower() for name in ("Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"))
_MONTHS: Final = tuple(name.lower() for name in calendar.month_abbr)
_FIELDS: Final = (
    ("minute", 0, 59, ()), ("hour", 0, 23, ()), ("day of the month", 1, 31, ()), ("month", 1, 12, _MONTHS),
    ("weekday", 0, 7, _DAYS),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Cron:
    """A cron expression.

    Attributes:
        text: as it was written.
        either: whether a day counts by its number or by its weekday, as cron has it where both are given.
    """

    text: str
    minutes: frozenset[int]
    hours: frozenset[int]
    days: frozenset[int]
    months: frozenset[int]
    weekdays: frozenset[int]
    either: bool

    def on_day(self, at: datetime) -> bool:
        """Whether it may begin on the day of a moment."""
        number, weekday = at.day in self.days, at.isoweekday() % 7 in self.weekdays
        return at.month in self.months and (number or weekday if self.either else number and weekday)

    def matches(self, at: datetime) -> bool:
        """Whether it begins at a minute."""
        return at.minute in self.minutes and at.hour in self.hours and self.on_day(at)

    def __str__(self) -> str:
        return self.text


def parse_cron(raw: object) -> Cron:
    """Read minute, hour, day of the month, month and weekday: `*`, numbers, names, `a-b`, `*/n` and lists of these.

    Raises:
        ValueError: it is none.
    """
    parts = raw.split() if isinstance(raw, str) else []
    if len(parts) != len(_FIELDS):
        raise ValueError(f"got {raw!r}, expected five fields: minute hour day month weekday, such as 0 2 * * sun")
    minutes, hours, days, months, weekdays = (
        frozenset(number for item in part.lower().split(",") for number in _numbers(item, *field))
        for part, field in zip(parts, _FIELDS, strict=True)
    )
    # cron has two names for sunday
    return Cron(
        " ".join(parts), minutes, hours, days, months, frozenset(day % 7 for day in weekdays),
        either=not parts[2].startswith("*") and not parts[4].startswith("*"),
    )  # fmt: skip


def _numbers(item: str, field: str, low: int, high: int, names: tuple[str, ...]) -> range:
    span, stepped, step = item.partition("/")
    first, joint, last = span.partition("-")
    if stepped and not (step.isdigit() and int(step)):
        raise ValueError(f"{field}: got {item!r}, expected a step such as */15")
    if span == "*":
        begin, end = low, high
    else:
        begin = _number(first, field, low, high, names)
        end = _number(last, field, low, high, names) if joint else high if stepped else begin
    if begin > end:
        raise ValueError(f"{field}: got {item!r}, expected the first before the last")
    return range(begin, end + 1, int(step) if stepped else 1)


def _number(text: str, field: str, low: int, high: int, names: tuple[str, ...]) -> int:
    if text and text in names:
        return names.index(text)
    if not text.isdigit() or not low <= int(text) <= high:
        known = f" or {', '.join(name for name in names if name)}" if names else ""
        raise ValueError(f"{field}: got {text!r}, expected {low} to {high}{known}")
    return int(text)
