"""What silences need: an end when what they caught is resolved, and a word before they end."""

from __future__ import annotations

import math
from dataclasses import replace

from spanwise_alerts.alert import Message
from spanwise_alerts.floor import Floor
from spanwise_alerts.mute.silenced import expired
from spanwise_alerts.notify.message import letters_of, message_of
from spanwise_alerts.plan import Happening, Plan
from spanwise_alerts.silence import Silence


def keep(floor: Floor, silence: Silence, what: str, plan: Plan, now_s: float) -> None:
    """Keep a silence as it is now, and that it came to be so."""
    floor.silences.put(silence)
    plan.silences[silence.id] = silence
    plan.audit.append(Happening(now_s, what, "", silence.to_dict()))


def end_resolved(floor: Floor, plan: Plan, now_s: float) -> None:
    """End the silences `until_resolved` whose alerts are all over."""
    for silence in list(floor.silences.active()):
        if silence.until_resolved:
            holds = any(silence.matches(case.labels) for case in floor.firing().values())
            if holds and not silence.caught:
                caught = replace(silence, caught=True)
                floor.silences.put(caught)
                plan.silences[silence.id] = caught
            elif silence.caught and not holds:
                keep(floor, expired(silence, now_s), "silence-ended", plan, now_s)
    floor.time_passes(now_s)


def remind(floor: Floor, plan: Plan, now_s: float) -> list[Message]:
    """Tell that silences will end soon which hold something back."""
    messages: list[Message] = []
    for silence in floor.silences.all():
        if reminder_s(floor, silence) <= now_s < silence.ends_at_s:
            reminded = replace(silence, reminded=True)
            floor.silences.put(reminded)
            plan.silences[silence.id] = reminded
            messages += _remind(floor, silence, plan, now_s)
    return messages


def reminder_s(floor: Floor, silence: Silence) -> float:
    """Return when the end of a silence is announced (Unix time); infinite for never."""
    before_s = floor.config.reminder.before_s
    # a short silence is not forgotten by whoever made it
    short = silence.ends_at_s - silence.starts_at_s <= 2 * before_s
    planned = floor.silences.is_planned(silence.id)
    return math.inf if silence.reminded or short or planned or not before_s else silence.ends_at_s - before_s


def _remind(floor: Floor, silence: Silence, plan: Plan, now_s: float) -> list[Message]:
    held = [case for case in floor.firing().values() if silence.matches(case.labels)]
    told = floor.config.reminder.receiver
    receivers = [told] if told else sorted({group.node.receiver for case in held for group in case.groups.values()})
    minutes = math.ceil((silence.ends_at_s - now_s) / 60)
    by = f" by {silence.created_by}" if silence.created_by else ""
    about = f": {silence.comment}" if silence.comment else ""
    text = f"a silence{by} ends in {minutes} min and still holds back {len(held)} alerts{about}"
    messages: list[Message] = []
    for receiver in receivers if held else ():
        notices = [case.notice for case in held]
        message = message_of(f"silence:{silence.id}", receiver, "reminder", notices, {}, text)
        # nobody is called for it: for a pager it would be an incident that nothing ends
        channels = {name: ends for name, ends in floor.channels[receiver].items() if name not in floor.pagers[receiver]}
        plan.letters += letters_of(message, floor.new_id(), 1, channels)
        messages.append(message)
    return messages
