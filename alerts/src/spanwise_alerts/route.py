"""Who is told what and when, as the user writes it: routes, inhibition, limits."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Annotated, Final

from pydantic import BeforeValidator, Field, PlainSerializer, PlainValidator, field_validator

from spanwise_alerts.faults import Path, expected
from spanwise_alerts.matchers import Matchers, parse_matchers
from spanwise_alerts.rule import Duration, Section, refuse
from spanwise_alerts.timing import Schedule

ALL: Final = "..."
"""In `group_by`: every label, so that each alert is told by itself."""

GROUP_WAIT_S: Final = 30.0
GROUP_INTERVAL_S: Final = 300.0
REPEAT_INTERVAL_S: Final = 4 * 3600.0


def _matchers(raw: object) -> Matchers:
    if not isinstance(raw, str):
        raise ValueError(f'got {raw!r}, expected a matcher such as severity="critical"')  # noqa: TRY004  a user's fault
    return parse_matchers(raw)


def _text(matchers: Matchers) -> str:
    return ",".join(map(str, matchers))


Match = Annotated[Matchers, PlainValidator(_matchers), PlainSerializer(_text)]


def _list(raw: object) -> object:
    return [raw] if isinstance(raw, str) else raw


Matching = Annotated[list[Match], BeforeValidator(_list)]


def flat(matching: Sequence[Matchers]) -> Matchers:
    """Put the matchers of a list together."""
    return tuple(matcher for matchers in matching for matcher in matchers)


class Route(Section):
    """A node of the routing tree; what it does not say it has from the one above."""

    receiver: str | None = Field(
        default=None, description="who is told (default: that of the route above; at the top the only one)",
        examples=["team"],
    )  # fmt: skip
    escalation: str | None = Field(
        default=None, description="who is called until somebody acknowledges, beside `receiver` or in its place",
        examples=["pager"],
    )  # fmt: skip
    matchers: Matching = Field(
        default_factory=list[Matchers],
        description="which alerts: all must match; the top one takes all",
        examples=[['severity="critical"']],
    )
    continue_: bool = Field(
        default=False, alias="continue", description="go on with the routes after this one (default false)"
    )
    group_by: list[str] | None = Field(
        default=None,
        description="labels whose alerts are told together; '...' for all labels (default: each alert by itself)",
        examples=[["alertname", "agent"]],
    )
    group_wait_s: Duration | None = Field(
        default=None,
        alias="group_wait",
        description="how long a new group waits for more (default 30s with group_by, else 0s)",
        examples=["30s"],
    )
    group_interval_s: Duration | None = Field(
        default=None,
        alias="group_interval",
        description="how long until a group tells what is new (default 5m with group_by, else 0s)",
        examples=["5m"],
    )
    repeat_interval_s: Duration | None = Field(
        default=None, alias="repeat_interval", gt=0, description="how long until the same is told again (default 4h)",
        examples=["4h"],
    )  # fmt: skip
    critical_at_once: bool | None = Field(
        default=None, description="critical alerts wait for nothing (default true)", examples=[True]
    )
    mute_time_intervals: list[str] = Field(
        default_factory=list[str], description="names of time_intervals in which nothing is told", examples=[["nights"]]
    )
    active_time_intervals: list[str] = Field(
        default_factory=list[str], description="names of time_intervals; outside of them nothing is told"
    )
    routes: list[Route] = Field(default_factory=list["Route"], description="routes below this one, in order")

    @field_validator("group_by")
    @classmethod
    def _grouped(cls, labels: list[str] | None) -> list[str] | None:
        found: list[tuple[Path, str]] = [
            ((place,), f"got {label!r}, which is there twice") for place, label in enumerate(labels or ())
            if labels and label in labels[:place]
        ]  # fmt: skip
        if labels and ALL in labels and len(labels) > 1:
            found.append((((labels.index(ALL)),), f"expected {ALL!r} alone: it stands for all labels"))
        refuse(found)
        return labels


class InhibitRule(Section):
    """While one alert fires, others are not told."""

    source_matchers: Matching = Field(
        description="the alert that holds others back", examples=[['alertname="provider-down"']]
    )
    target_matchers: Matching = Field(description="the alerts that are held back", examples=[['severity="warning"']])
    equal: list[str] = Field(
        default_factory=list[str], description="labels that both have alike", examples=[["provider"]]
    )


class Maintenance(Section):
    """A silence that recurs; at the end of each window is told what still fires."""

    name: str = Field(min_length=1, description="no two have the same", examples=["weekly-upgrade"])
    matchers: Matching = Field(min_length=1, description="what is not told", examples=[['environment="staging"']])
    schedule: Schedule = Field(
        description="when", examples=[{"cron": "0 2 * * sun", "duration": "2h", "location": "Europe/Berlin"}]
    )
    comment: str = Field(default="", description="why")


class Flap(Section):
    """When an alert counts as flapping: it is told once, and then by a digest."""

    changes: int = Field(
        default=6, ge=0, description="more changes than these within `per` are flapping; 0: never (default 6)"
    )
    per_s: Duration = Field(default=3600.0, alias="per", gt=0, description="the time looked back (default 1h)")
    digest_s: Duration = Field(
        default=3600.0, alias="digest", gt=0, description="how often a flapping alert is told of (default 1h)"
    )


class Storm(Section):
    """How many messages one receiver gets; what is beyond is told together, in one message."""

    messages: int = Field(default=30, ge=0, description="at most these in `per`; 0: without a limit (default 30)")
    per_s: Duration = Field(default=60.0, alias="per", gt=0, description="the time in which they count (default 1m)")


class Reminder(Section):
    """A word before a silence ends that holds something back."""

    before_s: Duration = Field(
        default=900.0, alias="before", description="how long before; 0s: never (default 15m)", examples=["15m"]
    )
    receiver: str | None = Field(
        default=None, description="who is told (default: those who are told of what it holds back)"
    )


def faults_in(
    route: Route, receivers: Sequence[str], intervals: Sequence[str], escalations: Sequence[str]
) -> list[tuple[Path, str]]:
    """Return what is wrong with a routing tree, by path: receivers, time intervals, escalations that there are not."""
    found: list[tuple[Path, str]] = []
    if route.receiver is None and route.escalation is None and len(receivers) > 1:
        many = f"missing; with several receivers, expected `receiver`: one of {', '.join(receivers)}"
        found.append((("receiver",), many))
    top: list[tuple[Path, str]] = [
        ((key,), "expected none: the top route takes every alert at any time")
        for key, given in (
            ("matchers", route.matchers), ("mute_time_intervals", route.mute_time_intervals),
            ("active_time_intervals", route.active_time_intervals), ("continue", route.continue_),
        ) if given
    ]  # fmt: skip
    return [*found, *top, *_unknown(route, receivers, intervals, escalations, ())]


def _unknown(
    route: Route, receivers: Sequence[str], intervals: Sequence[str], escalations: Sequence[str], path: Path
) -> Iterator[tuple[Path, str]]:
    if route.receiver is not None and route.receiver not in receivers:
        yield (*path, "receiver"), expected(route.receiver, receivers)
    if route.escalation is not None and route.escalation not in escalations:
        yield (*path, "escalation"), expected(route.escalation, escalations)
    for key, names in (("mute", route.mute_time_intervals), ("active", route.active_time_intervals)):
        for place, name in enumerate(names):
            if name not in intervals:
                yield (*path, f"{key}_time_intervals", place), expected(name, intervals)
    for place, child in enumerate(route.routes):
        yield from _unknown(child, receivers, intervals, escalations, (*path, "routes", place))
