"""The state machine of an alert: each tier waits, holds and lets go by itself; the gravest one counts."""

from __future__ import annotations

from dataclasses import replace

from spanwise_alerts.alert import IDLE, Alert, Labels, Level
from spanwise_alerts.detect.reading import Reading, Verdict
from spanwise_alerts.rule import Rule, TierName


def move(
    rule: Rule, series: Labels, alert: Alert | None, reading: Reading | None, now_s: float, *, unwatched_s: float = 0.0
) -> Alert:
    """Move one alert to `now_s`.

    Args:
        rule: whose tiers hold.
        series: the labels of the series.
        alert: as it was; None where nothing was pending or firing.
        reading: the series now; None is no breach and ends one.
        now_s: Unix time.
        unwatched_s: how long nobody looked before now; that time counts neither for `for` nor for `keep_firing_for`.

    Returns:
        The alert as it is; `over` where no tier holds or waits. `step` grows with each change of `tier` or `mark`.
    """
    before = alert or Alert(rule.name, series)
    levels: dict[TierName, Level] = {}
    top: TierName | None = None
    for name in reversed(rule.tier_names()):
        level = _watched(before.levels.get(name, IDLE), unwatched_s)
        verdict = reading.verdicts.get(name, "clear") if reading else "clear"
        # below a tier that holds, a milder one needs no `for` of its own: the trouble is long known
        levels[name] = _move(rule, name, level, verdict, now_s, known=top is not None)
        top = top or (name if levels[name].active else None)
    first = before.tier is None
    mark = reading.marks.get(top, 0) if reading and top else 0
    # what was reached stays reached, as long as the tier holds
    mark = max(mark, before.mark) if top == before.tier else mark
    return replace(
        before,
        levels=levels,
        tier=top,
        starts_at_s=(now_s if top else None) if first else before.starts_at_s,
        step=int(top is not None) if first else before.step + ((top, mark) != (before.tier, before.mark)),
        mark=mark,
        value=reading.value if reading else None,
        count=reading.count if reading else 0,
        updated_at_s=now_s,
    )


def _watched(level: Level, unwatched_s: float) -> Level:
    return level if level.since_s is None else replace(level, since_s=level.since_s + unwatched_s)


def _move(rule: Rule, tier: TierName, level: Level, verdict: Verdict, now_s: float, *, known: bool) -> Level:
    since_s = now_s if level.since_s is None else level.since_s
    if level.active:
        if verdict != "clear":
            return Level(active=True)
        return IDLE if now_s - since_s >= rule.keep_firing_for_s else Level(active=True, since_s=since_s)
    if verdict != "breach":
        return IDLE
    return Level(active=True) if known or now_s - since_s >= rule.wait_s(tier) else Level(since_s=since_s)
