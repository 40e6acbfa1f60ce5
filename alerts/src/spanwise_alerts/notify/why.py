"""Whether what a receiver was told last still holds."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from spanwise_alerts.alert import Notice, Reason
from spanwise_alerts.told import Entry


def why(
    entry: Entry, notices: Iterable[Notice], unrepeated: set[str], now_s: float, repeat_s: float,
    calls: Mapping[str, int], again: Reason,
) -> Reason | None:  # fmt: skip
    """Say why a group is told again; None where nothing is to be told.

    Source: Alertmanager's `DedupStage.needsUpdate`; tiers, silences that ended and calls are ours.

    Args:
        entry: what was told.
        notices: the members that nothing holds back.
        unrepeated: members that are not repeated: they are routed here no more, or somebody looks after them.
        now_s: Unix time.
        repeat_s: after how long the same is told again.
        calls: the number of the newest call, by fingerprint; a newer one than was told is told.
        again: the reason of that, where it is not the first call.
    """
    found: set[Reason] = set()
    stays = False
    for notice in notices:
        mark = notice.fingerprint
        told, call = entry.firing.get(mark), calls.get(mark, 0)
        if notice.status == "resolved":
            found |= {"resolved"} if told else set()
        elif told is None:
            found.add("escalated" if again == "escalated" and call > 1 else "new" if entry.firing else "first")
        elif told != notice.grade:
            found.add("tier")
        elif call > entry.calls.get(mark, 0):
            found.add(again)
        elif mark in entry.hushed:
            found.add("unmuted")
        else:
            stays = stays or mark not in unrepeated
    if not found:
        return "repeat" if stays and now_s - entry.told_s >= repeat_s else None
    order: tuple[Reason, ...] = ("escalated", "first", "new", "tier", "resolved", "unacknowledged", "unmuted")
    return next(reason for reason in order if reason in found)
