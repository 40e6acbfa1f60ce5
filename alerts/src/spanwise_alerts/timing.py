"""When something holds: Alertmanager's time intervals, and windows that recur by cron."""

from __future__ import annotations

import calendar
import functools
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any, Final, Self
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, BeforeValidator, Field, PlainSerializer, model_validator

from spanwise_alerts.cron import Cron, parse_cron
from spanwise_alerts.rule import Duration, Section

Range = tuple[int, int]

_DAYS: Final = ("sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday")
_MONTHS: Final = tuple(name.lower() for name in calendar.month_name)
_DAY_MINUTES: Final = 1440
_LONGEST_S: Final = 31 * 86400.0


def _minute(raw: object) -> int:
    # YAML reads an unquoted 22:00 as the number of minutes that it is
    text = f"{raw // 60:02}:{raw % 60:02}" if isinstance(raw, int) and not isinstance(raw, bool) else str(raw)
    hour, joint, minute = text.partition(":")
    good = joint and len(text) == len("00:00") and hour.isdigit() and minute.isdigit() and int(minute) < 60  # noqa: PLR2004
    if not good or int(hour) * 60 + int(minute) > _DAY_MINUTES:
        raise ValueError(f"got {raw!r}, expected HH:MM between 00:00 and 24:00, in quotes")
    return int(hour) * 60 + int(minute)


def _clock(minute: int) -> str:
    return f"{minute // 60:02}:{minute % 60:02}"


def _range(raw: object, names: tuple[str, ...], low: int, high: int, wanted: str) -> Range:
    begin, joint, end = str(raw).strip().lower().partition(":")
    found: list[int] = []
    for part in (begin, end if joint else begin):
        if part in names and part:
            found.append(names.index(part))
        elif part.removeprefix("-").isdigit() and not (names and names[0]):
            found.append(int(part))
        else:
            raise ValueError(f"got {raw!r}, expected {wanted}")
    first, last = found
    if not low <= first <= high or not low <= last <= high or (first > last and (first < 0) == (last < 0)):
        raise ValueError(f"got {raw!r}, expected {wanted}, the first before the last")
    return first, last


def _weekday(raw: object) -> Range:
    return _range(raw, _DAYS, 0, 6, "a day such as monday or monday:friday (sunday is the first)")


def _month(raw: object) -> Range:
    return _range(raw, _MONTHS, 1, 12, "a month such as january, 3 or january:march")


def _year(raw: object) -> Range:
    return _range(raw, (), 1, 9999, "a year such as 2027 or 2027:2029")


def _day(raw: object) -> Range:
    found = _range(raw, (), -31, 31, "days such as 1:5 or -3:-1 (from the end of the month)")
    if 0 in found or (found[0] < 0 < found[1]):
        raise ValueError(f"got {raw!r}, expected days such as 1:5 or -3:-1 (from the end of the month)")
    return found


def _zone(raw: str) -> str:
    try:
        ZoneInfo(raw)
    except (KeyError, ValueError, OSError) as error:
        raise ValueError(f"got {raw!r}, expected a time zone such as Europe/Berlin") from error
    return raw


def _span(names: tuple[str, ...]) -> PlainSerializer:
    def text(found: Range) -> str:
        begin, end = (names[place] if names else str(place) for place in found)
        return begin if begin == end else f"{begin}:{end}"

    return PlainSerializer(text)


def _milliseconds(duration_s: float) -> str:
    return f"{duration_s * 1000:.0f}ms"


Minute = Annotated[int, BeforeValidator(_minute), PlainSerializer(_clock)]
Weekdays = Annotated[Range, BeforeValidator(_weekday), _span(_DAYS)]
DaysOfMonth = Annotated[Range, BeforeValidator(_day), _span(())]
Months = Annotated[Range, BeforeValidator(_month), _span(_MONTHS)]
Years = Annotated[Range, BeforeValidator(_year), _span(())]
Zone = Annotated[str, AfterValidator(_zone)]


class Times(Section):
    """A part of a day."""

    start: Minute = Field(alias="start_time", description="the first minute of it, HH:MM", examples=["22:00"])
    end: Minute = Field(alias="end_time", description="the first minute after it, HH:MM to 24:00", examples=["24:00"])

    @model_validator(mode="after")
    def _forward(self) -> Self:
        if self.start >= self.end:
            raise ValueError(
                f"got {_clock(self.start)} to {_clock(self.end)}, expected `start_time` before `end_time`; write a "
                "night as two parts: to 24:00 and from 00:00"
            )
        return self


class Interval(Section):
    """A time interval of Alertmanager: it holds where all of what is given holds, each by one of its list."""

    times: list[Times] | None = Field(default=None, description="parts of a day")
    weekdays: list[Weekdays] | None = Field(default=None, description="such as monday:friday")
    days_of_month: list[DaysOfMonth] | None = Field(default=None, description="such as 1:5; -1 is the last day")
    months: list[Months] | None = Field(default=None, description="by name or number, such as january:march")
    years: list[Years] | None = Field(default=None, description="such as 2027:2029")
    location: Zone = Field(default="UTC", description="a time zone (default UTC)", examples=["Europe/Berlin"])

    def holds(self, at_s: float) -> bool:
        """Whether a moment (Unix time) is within."""
        at = datetime.fromtimestamp(at_s, ZoneInfo(self.location))
        minute, weekday = at.hour * 60 + at.minute, (at.weekday() + 1) % 7
        return (
            (self.times is None or any(part.start <= minute < part.end for part in self.times))
            and (self.days_of_month is None or any(_in_month(days, at) for days in self.days_of_month))
            and _within(self.months, at.month)
            and _within(self.weekdays, weekday)
            and _within(self.years, at.year)
        )


def _within(ranges: list[Range] | None, found: int) -> bool:
    return ranges is None or any(first <= found <= last for first, last in ranges)


def _in_month(days: Range, at: datetime) -> bool:
    length = calendar.monthrange(at.year, at.month)[1]
    first, last = (length + day + 1 if day < 0 else day for day in days)
    # what begins after the month does not hold at its last day, what began before it does at its first
    return first <= length and max(first, -length) <= at.day <= min(last, length)


class NamedIntervals(Section):
    """Time intervals under a name, for `mute_time_intervals` and `active_time_intervals` of routes."""

    name: str = Field(min_length=1, description="no two have the same", examples=["nights"])
    time_intervals: list[Interval] = Field(min_length=1, description="it holds where one of them does")

    def holds(self, at_s: float) -> bool:
        """Whether a moment (Unix time) is within one of them."""
        return any(interval.holds(at_s) for interval in self.time_intervals)


class Schedule(Section):
    """When a silence or a maintenance recurs: by cron and duration, or by time intervals."""

    cron: Annotated[Cron, BeforeValidator(parse_cron), PlainSerializer(str)] | None = Field(
        default=None, description="minute, hour, day, month, weekday at which it begins", examples=["0 2 * * sun"]
    )
    duration_s: Annotated[Duration, PlainSerializer(_milliseconds)] | None = Field(
        default=None, alias="duration", gt=0, le=_LONGEST_S, description="how long each lasts", examples=["2h"]
    )
    location: Zone = Field(default="UTC", description="the time zone of `cron` (default UTC)")
    time_intervals: list[Interval] | None = Field(
        default=None, min_length=1, description="in place of `cron`: when it holds"
    )

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        if (self.cron is None) == (self.time_intervals is None):
            raise ValueError("expected either `cron` or `time_intervals`, and not both")
        if (self.cron is None) != (self.duration_s is None):
            raise ValueError("expected `duration` with `cron`, and only with it")
        return self

    def holds(self, at_s: float) -> bool:
        """Whether a moment (Unix time) is within a window."""
        if self.time_intervals is not None:
            return any(interval.holds(at_s) for interval in self.time_intervals)
        assert self.cron is not None
        assert self.duration_s is not None
        return _recent(self.cron, self.location, self.duration_s, int(at_s // 60)) > at_s - self.duration_s

    def to_dict(self) -> dict[str, Any]:
        """Return what it was made of, ready for JSON."""
        return self.model_dump(mode="json", by_alias=True, exclude_none=True)


@functools.lru_cache(maxsize=1024)
def _recent(spec: Cron, location: str, duration_s: float, minute: int) -> float:
    """Return the last beginning (Unix time) up to a minute, no longer ago than a window lasts; else minus infinity."""
    zone, at_s = ZoneInfo(location), minute * 60.0
    begin = datetime.fromtimestamp(at_s - duration_s, UTC)
    at = datetime.fromtimestamp(at_s, UTC)
    while at >= begin:
        local = at.astimezone(zone)
        if spec.matches(local):
            return at.timestamp()
        if spec.on_day(local):
            at -= timedelta(minutes=1)
        else:
            # to the last minute of the day before, by the clock on the wall
            at = min(local.replace(hour=0, minute=0).astimezone(UTC), at) - timedelta(minutes=1)
    return float("-inf")
