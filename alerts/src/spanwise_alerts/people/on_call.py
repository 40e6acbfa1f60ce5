"""Who is on call as the user writes it, and who it is at a moment, by the clock on the wall."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import date, datetime, time, timedelta
from typing import Annotated, Final, Self
from zoneinfo import ZoneInfo

from pydantic import BeforeValidator, Field, PlainSerializer, field_validator, model_validator

from spanwise_alerts.faults import Path, expected
from spanwise_alerts.receivers.receiver import ReceiverName
from spanwise_alerts.rule import Duration, Section
from spanwise_alerts.timing import Interval, Zone

_DAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_HANDOVER: Final = re.compile(rf"(?:({'|'.join(_DAYS)})[a-z]*\s+)?([01]\d|2[0-3]):([0-5]\d)", re.IGNORECASE)
_WEEK_S: Final = 7 * 86400.0
_SHORTEST_S: Final = 3600.0
_DAYS_AHEAD: Final = 32
"""Layers hold by days and hours of a week or a month: within these days each has begun and ended."""

Handover = tuple[int | None, int, int]
"""The day of the week (Monday is 0; None for any), hour and minute."""


def _handover(raw: object) -> Handover:
    match = _HANDOVER.fullmatch(str(raw).strip())
    if not match:
        raise ValueError(f"got {raw!r}, expected a day and a time such as 'mon 09:00', or a time such as '09:00'")
    return _DAYS.index(match[1].lower()) if match[1] else None, int(match[2]), int(match[3])


def _handover_text(handover: Handover) -> str:
    day, hour, minute = handover
    return f"{f'{_DAYS[day]} ' if day is not None else ''}{hour:02}:{minute:02}"


def _moment(raw: object) -> datetime:
    if isinstance(raw, date) and not isinstance(raw, datetime):
        return datetime.combine(raw, time.min)
    try:
        return raw if isinstance(raw, datetime) else datetime.fromisoformat(str(raw))
    except ValueError as error:
        raise ValueError(f"got {raw!r}, expected a moment such as '2026-12-24 18:00'") from error


Moment = Annotated[datetime, BeforeValidator(_moment)]


class Person(Section):
    """Somebody who can be on call."""

    name: str = Field(min_length=1, description="no two have the same", examples=["ada"])
    receiver: ReceiverName = Field(description="the receiver that reaches this person", examples=["team"])


class Rotation(Section):
    """People who take turns."""

    rotation: list[str] = Field(min_length=1, description="names of people, in their order", examples=[["ada"]])
    handover: Annotated[Handover, BeforeValidator(_handover), PlainSerializer(_handover_text)] = Field(
        default=(None, 9, 0), validate_default=False,
        description="when one takes over from the other: 'mon 09:00', or '09:00' where turns are shorter than a week",
        examples=["mon 09:00"],
    )  # fmt: skip
    length_s: Duration = Field(default=_WEEK_S, alias="length", description="of one turn (default 1w)", examples=["1w"])
    since: date = Field(
        default=date(2024, 1, 1), description="the first of them begins with the first handover from this day on",
        examples=["2026-01-05"],
    )  # fmt: skip

    @field_validator("length_s")
    @classmethod
    def _long_enough(cls, length_s: float) -> float:
        if length_s < _SHORTEST_S:
            raise ValueError(f"got {length_s:g}s, expected 1h at least")
        return length_s

    def turn(self, at_s: float, zone: ZoneInfo) -> int:
        """Return the number of the turn at a moment; 0 is the first one, those before it are negative."""
        # by the clock on the wall: a turn begins at the same hour in summer and in winter
        local = datetime.fromtimestamp(at_s, zone).replace(tzinfo=None)
        number = int((local - self._first()).total_seconds() // self.length_s)
        # where the clock is set back an hour comes twice: a turn begins in the first of them, and once
        while self.begins_s(number + 1, zone) <= at_s:
            number += 1
        while self.begins_s(number, zone) > at_s:
            number -= 1
        return number

    def begins_s(self, turn: int, zone: ZoneInfo) -> float:
        """Return when a turn begins (Unix time)."""
        local = self._first() + timedelta(seconds=turn * self.length_s)
        return local.replace(tzinfo=zone).timestamp()

    def whose(self, turn: int) -> str:
        """Return the name of whoever has a turn."""
        return self.rotation[turn % len(self.rotation)]

    def _first(self) -> datetime:
        day, hour, minute = self.handover
        first = datetime.combine(self.since, time(hour, minute))
        return first if day is None else first + timedelta(days=(day - first.weekday()) % 7)


class Layer(Rotation):
    """A rotation that goes before the ones above it, while its time intervals hold."""

    during: list[Interval] = Field(
        min_length=1, description="when, as in time_intervals; in the time zone of the on-call without `location`",
        examples=[[{"weekdays": ["saturday", "sunday"]}]],
    )  # fmt: skip

    def holds(self, at_s: float, zone: ZoneInfo) -> bool:
        """Whether it goes before the others at a moment (Unix time)."""
        return any(_here(interval, zone).holds(at_s) for interval in self.during)

    def edges_s(self, at_s: float, zone: ZoneInfo) -> Iterator[float]:
        """Go through the moments around one, and of the days after it, at which it may begin or end to hold."""
        for interval in self.during:
            own = ZoneInfo(_here(interval, zone).location)
            minutes = {0, *(edge for part in interval.times or () for edge in (part.start, part.end))}
            today = datetime.combine(datetime.fromtimestamp(at_s, own).date(), time.min)
            for day in range(_DAYS_AHEAD):
                for minute in sorted(minutes):
                    yield (today + timedelta(days=day, minutes=minute)).replace(tzinfo=own).timestamp()


class Override(Section):
    """Somebody takes the duty for a while."""

    from_: Moment = Field(
        alias="from", description="by the clock of the time zone, or with an offset", examples=["2026-12-24 18:00"]
    )
    to: Moment = Field(description="the end of it, as `from`", examples=["2026-12-27 09:00"])
    who: str = Field(description="the name of a person", examples=["ada"])


class OnCall(Rotation):
    """Who has the duty when: a rotation, layers that go before it, overrides that go before all."""

    name: str = Field(
        min_length=1, description="steps of escalations name it; no two have the same", examples=["primary"]
    )
    time_zone: Zone = Field(default="UTC", description="whose clock counts (default UTC)", examples=["Europe/Berlin"])
    layers: list[Layer] = Field(default_factory=list[Layer], description="the last one that holds goes first")
    overrides: list[Override] = Field(default_factory=list[Override], description="the last one that holds goes first")

    @model_validator(mode="after")
    def _forward(self) -> Self:
        for place, override in enumerate(self.overrides):
            if self._span(override)[0] >= self._span(override)[1]:
                raise ValueError(f"overrides[{place}]: got an end that is not after the beginning")
        return self

    def who(self, at_s: float) -> str:
        """Return the name of whoever has the duty at a moment (Unix time)."""
        zone = ZoneInfo(self.time_zone)
        for override in reversed(self.overrides):
            begin_s, end_s = self._span(override)
            if begin_s <= at_s < end_s:
                return override.who
        rotation = next((layer for layer in reversed(self.layers) if layer.holds(at_s, zone)), self)
        return rotation.whose(rotation.turn(at_s, zone))

    def changes_s(self, at_s: float) -> float | None:
        """Return when somebody else has the duty (Unix time); None where nobody else has it soon."""
        who = self.who(at_s)
        return next((edge_s for edge_s in sorted(set(self._edges_s(at_s))) if self.who(edge_s) != who), None)

    def people(self) -> set[str]:
        """Return the names of all who may have the duty."""
        turns: list[Rotation] = [self, *self.layers]
        return {name for rotation in turns for name in rotation.rotation} | {each.who for each in self.overrides}

    def _edges_s(self, at_s: float) -> Iterator[float]:
        """Go through the moments after one at which the duty may change."""
        zone = ZoneInfo(self.time_zone)
        yield from (edge_s for override in self.overrides for edge_s in self._span(override) if edge_s > at_s)
        turns: list[Rotation] = [self, *self.layers]
        for rotation in turns:
            turn = rotation.turn(at_s, zone)
            yield from (rotation.begins_s(turn + n, zone) for n in range(1, len(rotation.rotation) + 2))
        for layer in self.layers:
            yield from (edge_s for edge_s in layer.edges_s(at_s, zone) if edge_s > at_s)

    def _span(self, override: Override) -> tuple[float, float]:
        zone = ZoneInfo(self.time_zone)
        begin, end = (
            moment if moment.tzinfo else moment.replace(tzinfo=zone) for moment in (override.from_, override.to)
        )
        return begin.timestamp(), end.timestamp()


def _here(interval: Interval, zone: ZoneInfo) -> Interval:
    """Have an interval that names no time zone hold by the clock of the on-call."""
    if "location" in interval.model_fields_set:
        return interval
    return interval.model_copy(update={"location": zone.key})


def faults_of_duties(on_call: Sequence[OnCall], people: Sequence[str]) -> Iterator[tuple[Path, str]]:
    """Go through what is wrong with on-call, by path: names of people that there are not."""
    for place, duty in enumerate(on_call):
        turns: list[tuple[Path, Rotation]] = [((place,), duty)]
        turns += [((place, "layers", nth), layer) for nth, layer in enumerate(duty.layers)]
        for path, rotation in turns:
            for nth, name in enumerate(rotation.rotation):
                if name not in people:
                    yield (*path, "rotation", nth), expected(name, people)
        for nth, override in enumerate(duty.overrides):
            if override.who not in people:
                yield (place, "overrides", nth, "who"), expected(override.who, people)


def faults_of_people(people: Sequence[Person], receivers: Sequence[str]) -> Iterator[tuple[Path, str]]:
    """Go through what is wrong with people, by path: names of receivers that there are not."""
    for place, person in enumerate(people):
        if person.receiver not in receivers:
            yield (place, "receiver"), expected(person.receiver, receivers)
