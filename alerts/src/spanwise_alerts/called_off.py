"""Tell pagers that somebody looks after what they call for."""

from __future__ import annotations

from dataclasses import replace

from spanwise_alerts.alert import Message
from spanwise_alerts.floor import Floor
from spanwise_alerts.group.group import Group
from spanwise_alerts.notify.message import letters_of, message_of
from spanwise_alerts.plan import Happening, Plan


def called_off(floor: Floor, plan: Plan, now_s: float) -> list[Message]:
    """Tell pagers of each group whose last open alert this plan acknowledges; return the messages."""
    acts = {done.fingerprint: done for done in plan.audit if done.what == "acknowledge"}
    cases = [floor.cases[mark] for mark in acts if mark in floor.cases]
    groups = {group.id: group for case in cases for group in case.groups.values()}
    found = [_tell(floor, group, acts, plan, now_s) for group in groups.values()]
    return [message for message in found if message is not None]


def _tell(
    floor: Floor, group: Group, acts: dict[str, Happening], plan: Plan, now_s: float
) -> Message | None:  # fmt: skip
    receiver = group.node.receiver
    pagers = {name: ends for name, ends in floor.channels[receiver].items() if name in floor.pagers[receiver]}
    entry = floor.log.get(group.id)
    if not pagers or entry is None or not all(floor.attended.get(mark).acknowledged for mark in entry.firing):
        return None
    notices = [group.cases[mark].notice for mark in entry.firing if mark in group.cases]
    act = next((acts[mark] for mark in entry.firing if mark in acts), None)
    if not notices or act is None:
        return None
    comment = f": {act.detail['comment']}" if act.detail["comment"] else ""
    headline = f"acknowledged by {act.detail['author']}{comment}"
    message = message_of(group.key, receiver, "acknowledged", notices, group.labels, headline)
    letters = letters_of(message, entry.thread, entry.step + 1, pagers)
    plan.letters += letters
    detail = {
        "group_key": group.key, "receiver": receiver, "reason": message.reason, "status": message.status,
        "letters": [letter.key for letter in letters], "together": False,
    }  # fmt: skip
    for notice in message.notices:
        plan.audit.append(Happening(now_s, "told", notice.fingerprint, {**detail, "tier": notice.tier}))
    floor.note(entry, replace(entry, step=entry.step + 1), plan)
    return message
