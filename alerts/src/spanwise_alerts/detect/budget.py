"""Budget: what was spent since the period began, when it will be gone, and how fast."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from spanwise_alerts.alert import Labels
from spanwise_alerts.detect.reading import Reading, Verdict
from spanwise_alerts.quantity import human
from spanwise_alerts.question import Answer, Question
from spanwise_alerts.rule import TierName
from spanwise_alerts.rules.budget import Budget, Period
from spanwise_schema.measures import MEASURES

RECENT_S: Final = 3600.0
"""The forecast goes on as the last hour went."""


def questions(rule: Budget, now_s: float) -> tuple[Question, ...]:
    """Ask for the sum since the period began, and for the sum of the last hour."""
    since_s, _ = period_of(rule.period, rule.timezone, now_s)
    recent_s = max(since_s, now_s - RECENT_S)
    fresh_s = rule.every_s
    return (
        Question(rule.measure, "sum", rule.by, rule.filters, since_s=since_s, top=rule.top, fresh_s=fresh_s),
        Question(
            rule.measure, "sum", rule.by, rule.filters, since_s=recent_s // 60 * 60, top=rule.top, fresh_s=fresh_s
        ),
    )


def readings(rule: Budget, answers: Sequence[Answer], held: Collection[Labels], now_s: float) -> dict[Labels, Reading]:
    """Read the series of which a tier's share is spent, and those of alerts that are held."""
    whole, recent = answers
    lowest = min(tier.at[0].value for tier in rule.tiers.values()) * rule.limit.value
    wanted = {
        series
        for series, spent in zip(whole.table.labels, whole.values, strict=True)
        if spent is not None and spent >= lowest
    }
    return {series: _reading(rule, series, whole, recent, now_s) for series in wanted.union(held)}


def _reading(rule: Budget, series: Labels, whole: Answer, recent: Answer, now_s: float) -> Reading:
    spent, count = whole.of(series)
    spent = spent or 0.0
    share = spent / rule.limit.value
    # what was reached stays reached until the period ends, whatever corrections come late
    verdicts: dict[TierName, Verdict] = {
        name: "breach" if share >= tier.at[0].value else "hold" for name, tier in rule.tiers.items()
    }
    reached: dict[TierName, int] = {
        name: max(sum(share >= at.value for at in tier.at) - 1, 0) for name, tier in rule.tiers.items()
    }
    thresholds: dict[TierName, float] = {name: tier.at[reached[name]].value for name, tier in rule.tiers.items()}
    words = _words(rule, spent, recent.of(series)[0] or 0.0, whole.complete_from_s, now_s)
    return Reading(series, verdicts, share, count, words, thresholds, reached)


def _words(
    rule: Budget, spent: float, recently: float, complete_from_s: float | None, now_s: float
) -> dict[str, object]:
    unit = MEASURES[rule.measure].unit
    since_s, until_s = period_of(rule.period, rule.timezone, now_s)
    rate = recently / max(min(now_s - since_s, RECENT_S), 60.0)
    gone_s = exhausted_at_s(spent, rate, rule.limit.value, now_s)
    zone = ZoneInfo(rule.timezone)
    elapsed = max(now_s - since_s, 1.0) / (until_s - since_s)
    known = complete_from_s is None or complete_from_s <= since_s
    return {
        "spent": human(spent, unit) if known else f"at least {human(spent, unit)}",
        "limit": human(rule.limit.value, unit),
        "period": rule.period,
        "burn_rate": f"{spent / rule.limit.value / elapsed:.3g}",
        "exhausted_at": _told(gone_s, now_s, until_s, zone),
        "since": _moment(since_s if known or complete_from_s is None else complete_from_s, zone),
    }


def exhausted_at_s(spent: float, rate: float, limit: float, now_s: float) -> float | None:
    """Return when the limit is reached at this rate (Unix time); now where it is, None for never."""
    if spent >= limit:
        return now_s
    return now_s + (limit - spent) / rate if rate > 0 else None


def _told(gone_s: float | None, now_s: float, until_s: float, zone: ZoneInfo) -> str:
    if gone_s is None or gone_s >= until_s:
        return "not in this period"
    if gone_s <= now_s:
        return "now"
    same_day = datetime.fromtimestamp(gone_s, zone).date() == datetime.fromtimestamp(now_s, zone).date()
    return f"at {datetime.fromtimestamp(gone_s, zone):%H:%M}" if same_day else f"on {_moment(gone_s, zone)}"


def _moment(at_s: float, zone: ZoneInfo) -> str:
    return f"{datetime.fromtimestamp(at_s, zone):%Y-%m-%d %H:%M}"


def period_of(period: Period, timezone: str, now_s: float) -> tuple[float, float]:
    """Return when the calendar period around a moment begins and ends (Unix time), in a time zone's days."""
    zone = ZoneInfo(timezone)
    day = datetime.fromtimestamp(now_s, zone).replace(hour=0, minute=0, second=0, microsecond=0)
    match period:
        case "day":
            begin, end = day, day + timedelta(days=1)
        case "week":
            begin = day - timedelta(days=day.weekday())
            end = begin + timedelta(days=7)
        case "month":
            begin = day.replace(day=1)
            end = (begin + timedelta(days=32)).replace(day=1)
    return begin.timestamp(), end.timestamp()


def new_period(rule: Budget, before_s: float, now_s: float) -> bool:
    """Tell whether a period began since a moment."""
    return before_s < period_of(rule.period, rule.timezone, now_s)[0]
