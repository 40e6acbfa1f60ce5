"""What pagers are told where alerts go on in another group of the same receiver: each group is an incident there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from spanwise_alerts.alert import Letter, Notice
from spanwise_alerts.notify.message import letters_of, message_of
from spanwise_alerts.told import Entry

_LEFT, _CAME = "goes on in another group", "goes on from another group"


def handed_over(
    was: Entry, now: Entry, left: Mapping[str, str], notice: Notice, pagers: Mapping[str, bool]
) -> tuple[Entry, list[Letter]]:  # fmt: skip
    """End the incident that nothing is left of, open the one that is not there yet; return the entry that goes on.

    Args:
        was: the group that the alert leaves.
        now: the group that it goes on in.
        left: alerts that fire and stay.
        notice: what the alert says.
        pagers: channels that keep an incident for each thread, with whether they are told of ends.
    """
    letters: list[Letter] = []
    if not pagers or (was.group_key, was.receiver) == (now.group_key, now.receiver):
        return now, letters
    if not left and was.step:
        over = replace(notice, status="resolved", ends_at_s=notice.updated_at_s)
        message = message_of(was.group_key, was.receiver, "resolved", [over], was.labels, _LEFT)
        letters += letters_of(message, was.thread, was.step + 1, pagers)
    if not now.step and notice.status == "firing":
        message = message_of(now.group_key, now.receiver, "new", [notice], now.labels, _CAME)
        letters += letters_of(message, now.thread, 1, pagers)
        now = replace(now, step=1)
    return now, letters
