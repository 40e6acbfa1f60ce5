"""How alerts and groups stand now, for whoever asks."""

from __future__ import annotations

from spanwise_alerts.alert import GroupView, Standing
from spanwise_alerts.floor import Floor
from spanwise_alerts.group.group import Case, Group


def standings(floor: Floor) -> list[Standing]:
    """Return every alert that is not over, by fingerprint."""
    return [_standing(floor, case) for _, case in sorted(floor.firing().items())]


def group_views(floor: Floor) -> list[GroupView]:
    """Return the groups with members that are not over, by labels and receiver."""
    groups = sorted(floor.groups.values(), key=lambda group: (sorted(group.labels.items()), group.node.receiver))
    views = [
        GroupView(
            group.key, group.labels, group.node.receiver, group.node.key,
            tuple(_standing(floor, case) for _, case in sorted(group.cases.items()) if case.firing),
            floor.muted_by(group.node),
        )
        for group in groups
    ]  # fmt: skip
    return [view for view in views if view.members]


def _standing(floor: Floor, case: Case) -> Standing:
    silenced = floor.silences.by(case.labels)
    inhibited = floor.inhibited_by(case)
    muted = tuple(sorted({name for group in case.groups.values() for name in _muted(floor, group, case)}))
    muted += ("snoozed",) if floor.attended.get(case.notice.fingerprint).snoozed else ()
    receivers = tuple(dict.fromkeys(group.node.receiver for group in case.groups.values()))
    # without receivers no group ever looks at it
    processed = case.processed or not case.groups
    state = "suppressed" if silenced or inhibited or muted else "active" if processed else "unprocessed"
    return Standing(case.notice, state, silenced, inhibited, muted, receivers, case.expires_at_s)


def _muted(floor: Floor, group: Group, case: Case) -> tuple[str, ...]:
    flapping = group.withheld.get(case.notice.fingerprint) == ("flapping",)
    return (*floor.muted_by(group.node), *(("flapping",) if flapping else ()))
