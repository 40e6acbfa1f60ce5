"""The routing tree, ready to be asked which nodes an alert comes to."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from spanwise_alerts.matchers import Matchers, matches_all, ordered, written
from spanwise_alerts.route import ALL, GROUP_INTERVAL_S, GROUP_WAIT_S, REPEAT_INTERVAL_S, Route, flat


@dataclass(frozen=True, slots=True)
class Node:
    """A route with all that it has from those above it.

    Attributes:
        key: the matchers down to it, as Alertmanager writes them.
        receiver: empty where nobody is told.
        escalation: the name of the one whose steps are told beside the receiver; empty for none.
        group_by: None for every label.
        go_on: whether the routes after it are asked as well.
    """

    key: str
    receiver: str
    matchers: Matchers
    group_by: tuple[str, ...] | None
    group_wait_s: float
    group_interval_s: float
    repeat_interval_s: float
    critical_at_once: bool
    mute: tuple[str, ...] = ()
    active: tuple[str, ...] = ()
    go_on: bool = False
    nodes: tuple[Node, ...] = ()
    escalation: str = ""

    @classmethod
    def detached(cls, top: Node, receiver: str) -> Node:
        """Make a node that no alert comes to, for a receiver that was told by a route that is gone."""
        return replace(top, receiver=receiver, nodes=(), group_wait_s=0.0, mute=(), active=(), escalation="")

    def calling(self, receiver: str) -> Node:
        """Make the node of a receiver whom its escalation calls."""
        return replace(self, receiver=receiver, nodes=())

    def match(self, labels: Mapping[str, str]) -> list[Node]:
        """Return the nodes that an alert comes to: the deepest that match, none of it where this one does not."""
        if not matches_all(self.matchers, labels):
            return []
        found: list[Node] = []
        for node in self.nodes:
            deeper = node.match(labels)
            found += deeper
            if deeper and not node.go_on:
                break
        return found or [self]

    def walk(self) -> Iterator[Node]:
        """Go through it and the nodes below."""
        yield self
        for node in self.nodes:
            yield from node.walk()

    def labels_of(self, labels: Mapping[str, str]) -> dict[str, str]:
        """Return the labels by which an alert is grouped here; none where each alert stands by itself."""
        return {name: labels[name] for name in self.group_by or () if name in labels}


def tree_of(route: Route, receivers: Sequence[str]) -> Node:
    """Put a routing tree together; the only receiver needs no name."""
    first = "" if route.escalation else next(iter(receivers), "")
    top = Node(
        key="{}", receiver=route.receiver or first, matchers=(), group_by=None, group_wait_s=0.0,
        group_interval_s=0.0, repeat_interval_s=REPEAT_INTERVAL_S, critical_at_once=True,
    )  # fmt: skip
    return _node(route, top, top.key)


def _node(route: Route, above: Node, key: str) -> Node:
    wait_s, interval_s, group_by = above.group_wait_s, above.group_interval_s, above.group_by
    if route.group_by is not None:
        group_by = None if ALL in route.group_by else tuple(route.group_by)
        if above.group_by is None and group_by is not None:
            # alerts that are told together wait for each other, unless somebody said how long
            wait_s, interval_s = wait_s or GROUP_WAIT_S, interval_s or GROUP_INTERVAL_S
    whom = above.receiver, above.escalation
    if route.receiver or route.escalation:
        # a route that says whom to tell says all of it
        whom = route.receiver or "", route.escalation or ""
    node = replace(
        above, key=key, receiver=whom[0], escalation=whom[1], matchers=flat(route.matchers), group_by=group_by,
        group_wait_s=wait_s if route.group_wait_s is None else route.group_wait_s,
        group_interval_s=interval_s if route.group_interval_s is None else route.group_interval_s,
        repeat_interval_s=route.repeat_interval_s or above.repeat_interval_s,
        critical_at_once=above.critical_at_once if route.critical_at_once is None else route.critical_at_once,
        mute=tuple(route.mute_time_intervals), active=tuple(route.active_time_intervals), go_on=route.continue_,
    )  # fmt: skip
    below = (_node(child, node, f"{key}/{written(ordered(flat(child.matchers)))}") for child in route.routes)
    return replace(node, nodes=tuple(below))
