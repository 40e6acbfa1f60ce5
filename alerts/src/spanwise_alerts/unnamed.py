"""What routes name and nobody is, found also in a configuration that has other faults."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, cast

from spanwise_alerts.faults import Fault, expected, spelled

_Section = dict[str, Any]


def unnamed(data: object, name: str) -> list[Fault]:
    """Return what routes name and nobody is, in a section that has other faults; `name` is the file's."""
    given = _mapping(data)
    receivers = _names(given, "receivers")
    escalations = _names(given, "escalations")
    intervals = [*_names(given, "mute_time_intervals"), *_names(given, "time_intervals")]

    def walk(route: _Section, path: tuple[str | int, ...]) -> Iterator[Fault]:
        receiver = route.get("receiver")
        if isinstance(receiver, str) and receiver not in receivers:
            yield Fault(name, spelled((*path, "receiver")), expected(receiver, receivers))
        escalation = route.get("escalation")
        if isinstance(escalation, str) and escalation not in escalations:
            yield Fault(name, spelled((*path, "escalation")), expected(escalation, escalations))
        for key in ("mute_time_intervals", "active_time_intervals"):
            used = route.get(key)
            for place, interval in enumerate(cast("list[object]", used) if isinstance(used, list) else []):
                if isinstance(interval, str) and interval not in intervals:
                    yield Fault(name, spelled((*path, key, place)), expected(interval, intervals))
        children = route.get("routes")
        for place, child in enumerate(cast("list[object]", children) if isinstance(children, list) else []):
            yield from walk(_mapping(child), (*path, "routes", place))

    return list(walk(_mapping(given.get("route")), ("route",)))


def _mapping(value: object) -> _Section:
    return cast("_Section", value) if isinstance(value, dict) else {}


def _names(given: _Section, key: str) -> list[str]:
    listed = given.get(key)
    names = [_mapping(each).get("name") for each in cast("list[object]", listed)] if isinstance(listed, list) else []
    return [name for name in names if isinstance(name, str)]
