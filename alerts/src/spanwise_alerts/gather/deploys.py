"""Versions of services that came when the trouble began."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Final

from spanwise_alerts.evidence import Shift
from spanwise_alerts.gather.subject import Subject
from spanwise_alerts.trace import FoundVersion

_BEFORE_S: Final = 1800.0
"""A version that came longer before the window of the alert has been well for a while."""

_WEIGHT: Final = 7.0


def deploys(subject: Subject, versions: Sequence[FoundVersion]) -> list[tuple[float, Shift]]:
    """Return the versions that came within the window or half an hour before it, the newest first; with their weight.

    Args:
        subject: what was asked about; of another service or environment nothing is told.
        versions: of services that send spans.
    """
    where = subject.where
    since_s = subject.at_s - subject.window_s - _BEFORE_S
    found: list[tuple[float, Shift]] = []
    for each in sorted(versions, key=lambda each: -(each.first_s or 0.0)):
        about = all(where.get(name, value) == value for name, value in each.place.items())
        if each.first_s is None or not about or not since_s <= each.first_s <= subject.at_s:
            continue
        older = [other for other in versions if other.place == each.place and (other.first_s or 0.0) < each.first_s]
        before = max(older, key=lambda other: other.last_s).version if older else "none in the hour before"
        at = datetime.fromtimestamp(each.first_s, UTC)
        found.append((_WEIGHT, Shift(f"version of {each.service}", before, f"{each.version} since {at:%H:%M} UTC")))
    return found
