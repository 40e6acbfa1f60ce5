"""From a flush of a group to the message and its letters."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence

from spanwise_alerts.alert import Letter, Message, Notice, Reason
from spanwise_alerts.rule import TIERS


def message_of(
    group_key: str, receiver: str, reason: Reason, notices: Sequence[Notice], labels: Mapping[str, str],
    headline: str = "",
) -> Message:  # fmt: skip
    """Put notices together, the gravest first, resolved ones last."""
    ranked = tuple(sorted(notices, key=_rank))
    status = "firing" if any(notice.status == "firing" for notice in ranked) else "resolved"
    return Message(
        group_key, receiver, status, reason, ranked, dict(labels), shared([n.routed_labels for n in ranked]),
        shared([n.annotations for n in ranked]), headline,
    )  # fmt: skip


def shared(mappings: Sequence[Mapping[str, str]]) -> dict[str, str]:
    """Return the pairs that all of them have."""
    first, *others = mappings or ({},)
    return {name: value for name, value in first.items() if all(other.get(name) == value for other in others)}


def without_resolved(message: Message) -> Message:
    """Leave out what is over, for a channel that is not told of it."""
    firing = [notice for notice in message.notices if notice.status == "firing"]
    if len(firing) == len(message.notices):
        return message
    return message_of(
        message.group_key, message.receiver, message.reason, firing, message.group_labels, message.headline
    )


def letters_of(message: Message, thread: str, step: int, channels: Mapping[str, bool]) -> list[Letter]:
    """Address a message to each channel; a key depends on the thread, the step and the channel only.

    Args:
        message: to be told.
        thread: what its keys are made of.
        step: which message of the thread it is, from 1.
        channels: by name, with whether it is told of ends.
    """
    letters: list[Letter] = []
    for channel, send_resolved in channels.items():
        said = message if send_resolved else without_resolved(message)
        # what only tells an end, or has nothing left to tell, is not for a channel without ends
        if not send_resolved and (message.reason == "resolved" or (message.notices and not said.notices)):
            continue
        letters.append(Letter(_key(thread, step, channel), _key(thread, 1, channel), channel, said))
    return letters


def _rank(notice: Notice) -> tuple[bool, int, float, str]:
    return notice.status == "resolved", -TIERS.index(notice.tier), notice.starts_at_s, notice.fingerprint


def _key(thread: str, step: int, channel: str) -> str:
    return hashlib.sha256("\0".join((thread, str(step), channel)).encode()).hexdigest()
