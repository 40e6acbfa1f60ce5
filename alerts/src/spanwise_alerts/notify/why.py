"""Whether what a receiver was told last still holds."""

from __future__ import annotations

from collections.abc import Iterable

from spanwise_alerts.alert import Notice, Reason
from spanwise_alerts.told import Entry


def why(entry: Entry, notices: Iterable[Notice], guests: set[str], now_s: float, repeat_s: float) -> Reason | None:
    """Say why a group is told again; None where nothing is to be told.

    Source: Alertmanager's `DedupStage.needsUpdate`; tiers and silences that ended are ours.

    Args:
        entry: what was told.
        notices: the members that nothing holds back.
        guests: members that are not routed here any more: they are not repeated.
        now_s: Unix time.
        repeat_s: after how long the same is told again.
    """
    found: set[Reason] = set()
    stays = False
    for notice in notices:
        told = entry.firing.get(notice.fingerprint)
        if notice.status == "resolved":
            found |= {"resolved"} if told else set()
        elif told is None:
            found.add("new" if entry.firing else "first")
        elif told != notice.grade:
            found.add("tier")
        elif notice.fingerprint in entry.hushed:
            found.add("unmuted")
        else:
            stays = stays or notice.fingerprint not in guests
    if not found:
        return "repeat" if stays and now_s - entry.told_s >= repeat_s else None
    order: tuple[Reason, ...] = ("first", "new", "tier", "resolved", "unmuted")
    return next(reason for reason in order if reason in found)
