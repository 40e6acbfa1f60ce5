"""Alerts that are told together, and when."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field

from spanwise_alerts.alert import Notice
from spanwise_alerts.group.tree import Node


@dataclass(slots=True)
class Case:
    """An alert as the dispatcher keeps it.

    Attributes:
        labels: those that routes, silences and inhibition see.
        expires_at_s: when a pushed one is over unless it is pushed again; None for one of ours.
        timeout: whether that end was not said but assumed.
        groups: the ones it is in.
        processed: whether one of them was flushed since.
    """

    notice: Notice
    labels: Mapping[str, str]
    expires_at_s: float | None = None
    timeout: bool = False
    groups: dict[tuple[str, str], Group] = field(default_factory=dict["tuple[str, str]", "Group"])
    processed: bool = False

    @property
    def firing(self) -> bool:
        """Whether it is not over."""
        return self.notice.status == "firing"


@dataclass(slots=True)
class Group:
    """One group of one receiver.

    Attributes:
        key: as Alertmanager writes it.
        node: the route it belongs to.
        labels: which its members have in common by `group_by`.
        cases: its members by fingerprint.
        guests: members that are no longer routed here; they were told of here, so their end is, too.
        withheld: what was held back at the last flush, by fingerprint, and by what.
        due_s: when it is looked at next; infinite where nothing is to come.
        anchor_s: a moment at which it may be flushed; others are whole intervals later.
        flushed: whether it was flushed once.
    """

    key: str
    node: Node
    labels: dict[str, str]
    anchor_s: float
    cases: dict[str, Case] = field(default_factory=dict[str, Case])
    guests: set[str] = field(default_factory=set[str])
    withheld: dict[str, tuple[str, ...]] = field(default_factory=dict[str, "tuple[str, ...]"])
    due_s: float = math.inf
    flushed: bool = False

    @property
    def id(self) -> tuple[str, str]:
        """What tells it from all others."""
        return self.key, self.node.receiver

    def next_s(self, not_before_s: float) -> float:
        """Return the first moment from `not_before_s` on at which it may be flushed."""
        interval_s = self.node.group_interval_s
        if not self.flushed or interval_s <= 0:
            return max(not_before_s, self.anchor_s)
        # a moment that is late by a rounding error is the moment itself
        steps = max(math.ceil(round((not_before_s - self.anchor_s) / interval_s, 6)), 1)
        return max(self.anchor_s + steps * interval_s, not_before_s)
