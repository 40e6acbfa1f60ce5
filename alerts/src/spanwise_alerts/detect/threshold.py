"""The state machine of an alert: each tier waits, holds and lets go by itself; the gravest one counts."""

from __future__ import annotations

from dataclasses import replace

from spanwise_alerts.alert import IDLE, Alert, Labels, Level, Observation
from spanwise_alerts.rule import TIERS, Rule, Tier, TierName


def detect(
    rule: Rule, series: Labels, alert: Alert | None, seen: Observation | None, now_s: float, *, unwatched_s: float = 0.0
) -> Alert:
    """Move one alert to `now_s`.

    Args:
        rule: whose tiers are compared.
        series: the dimensions of the alert.
        alert: as it was; None where nothing was pending or firing.
        seen: the series now; None, or too few observations (`min_count`), is no breach and ends one.
        now_s: Unix time.
        unwatched_s: how long nobody looked before now; that time counts neither for `for` nor for `keep_firing_for`.

    Returns:
        The alert as it is; `over` where no tier holds or waits. `step` grows with each change of `tier`.
    """
    before = alert or Alert(rule.name, series)
    value = seen.value if seen is not None and seen.count >= rule.min_count else None
    levels: dict[TierName, Level] = {}
    top: TierName | None = None
    for name in reversed(TIERS):
        if name in rule.tiers:
            level = _watched(before.levels.get(name, IDLE), unwatched_s)
            # below a tier that holds, a milder one needs no `for` of its own: the trouble is long known
            levels[name] = _move(rule, rule.tiers[name], level, value, now_s, known=top is not None)
            top = top or (name if levels[name].active else None)
    first = before.tier is None
    return replace(
        before,
        levels=levels,
        tier=top,
        starts_at_s=(now_s if top else None) if first else before.starts_at_s,
        step=int(top is not None) if first else before.step + (top != before.tier),
        value=seen.value if seen else None,
        count=seen.count if seen else 0,
        updated_at_s=now_s,
    )


def _watched(level: Level, unwatched_s: float) -> Level:
    return level if level.since_s is None else replace(level, since_s=level.since_s + unwatched_s)


def _move(rule: Rule, tier: Tier, level: Level, value: float | None, now_s: float, *, known: bool) -> Level:
    since_s = now_s if level.since_s is None else level.since_s
    if level.active:
        if value is not None and not tier.cleared(value):
            return Level(active=True)
        return IDLE if now_s - since_s >= rule.keep_firing_for_s else Level(active=True, since_s=since_s)
    if value is None or not tier.breached(value):
        return IDLE
    return Level(active=True) if known or now_s - since_s >= tier.for_s else Level(since_s=since_s)
