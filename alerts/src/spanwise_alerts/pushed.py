"""Alerts that others post: what they say, and how one post follows another, by Alertmanager's rules."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from spanwise_alerts.alert import Notice, Posted
from spanwise_alerts.group.identity import fingerprint
from spanwise_alerts.plan import Kept
from spanwise_alerts.rule import TierName

_TIERS: Final[dict[str, TierName]] = {"critical": "critical", "page": "critical", "info": "info"}


@functools.lru_cache(maxsize=20_000)
def _mark(pairs: tuple[tuple[str, str], ...]) -> str:
    return fingerprint(dict(pairs))


def kept_of(posted: Posted, now_s: float, resolve_timeout_s: float) -> Kept:
    """Read a post: without a start it begins now, without an end it is over after `resolve_timeout_s`.

    Raises:
        ValueError: it has no labels, or ends before it starts.
    """
    labels = {name: value for name, value in posted.labels.items() if value}
    if not labels:
        raise ValueError("got an alert without labels, expected at least one")
    starts_s, ends_s = posted.starts_at_s, posted.ends_at_s
    if starts_s is None:
        starts_s = now_s if ends_s is None else min(ends_s, now_s)
    if ends_s is not None and ends_s < starts_s:
        raise ValueError(f"got endsAt {ends_s} before startsAt {starts_s}, expected start time before end time")
    expires_s = now_s + resolve_timeout_s if ends_s is None else ends_s
    notice = _notice(posted, labels, starts_s, expires_s if expires_s <= now_s else None, now_s)
    return Kept(notice, expires_s, timeout=ends_s is None)


def _notice(posted: Posted, labels: dict[str, str], starts_s: float, ends_s: float | None, now_s: float) -> Notice:
    texts = {name: value for name, value in posted.annotations.items() if value}
    name = labels.get("alertname", "")
    return Notice(
        status="firing" if ends_s is None else "resolved", tier=_TIERS.get(labels.get("severity", ""), "warning"),
        previous_tier=None, rule=name, summary=texts.get("summary") or _called(name, labels),
        description=texts.get("description", ""), labels=labels, value=None, value_text="", threshold=None,
        threshold_text="", unit="", window_s=0.0, count=0, starts_at_s=starts_s, ends_at_s=ends_s,
        fingerprint=_mark(tuple(labels.items())), step=1, runbook=texts.get("runbook_url", ""),
        links={"source": posted.generator_url} if posted.generator_url else {}, annotations=texts,
        generator_url=posted.generator_url, updated_at_s=now_s, source="push",
    )  # fmt: skip


def _called(name: str, labels: Mapping[str, str]) -> str:
    rest = ", ".join(f"{key}={value}" for key, value in sorted(labels.items()) if key != "alertname")
    return f"{name} ({rest})" if name and rest else name or rest


def merged(old: Kept, new: Kept, now_s: float) -> Kept:
    """Let a post follow an earlier one of the same alert.

    Where they overlap the earliest start counts, the last texts and the latest end; else the new one stands alone.
    Source: Alertmanager's `mem.Alerts.Put` and `types.Alert.Merge`.
    """
    old_end_s, new_end_s = _end_s(old), _end_s(new)
    starts_s, began_s = new.notice.starts_at_s, old.notice.starts_at_s
    if not (began_s < new_end_s < old_end_s or began_s < starts_s < old_end_s):
        return new
    timeout, end_s = new.timeout, new_end_s
    if old_end_s > new_end_s:
        both_over = old_end_s <= now_s and new_end_s <= now_s
        # an end that was said rules over one that was assumed, if it is the latest
        if both_over or (new_end_s > now_s and not old.timeout):
            timeout, end_s = old.timeout, old_end_s
    over = end_s <= now_s
    notice = replace(
        new.notice, starts_at_s=min(began_s, starts_s), status="resolved" if over else "firing",
        ends_at_s=end_s if over else None,
    )  # fmt: skip
    return Kept(notice, end_s, timeout)


def over(kept: Kept) -> Kept:
    """Resolve a pushed alert whose end has come."""
    return replace(kept, notice=replace(kept.notice, status="resolved", ends_at_s=kept.expires_at_s))


def _end_s(kept: Kept) -> float:
    end_s = kept.expires_at_s if kept.notice.ends_at_s is None else kept.notice.ends_at_s
    assert end_s is not None
    return end_s
