"""Runs that have run away as the query API tells them: those of which a sign is as great as its bound."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Any, Final

from spanwise_collector.reader import RunawayFilter
from spanwise_collector.rollup.cycles import Loop
from spanwise_collector.rollup.runaway import Runaway
from spanwise_schema.measures import NANO
from spanwise_schema.money import to_usd
from spanwise_schema.runaway import MOST_PERIOD, SIGNS

_HOUR_NS: Final = 3_600 * NANO
_USUAL: Final = RunawayFilter(
    {sign.name: sign.default for sign in SIGNS if sign.default is not None}, MOST_PERIOD, limit=10_000
)
Labels = tuple[str, ...]
_DIMENSIONS: Final = ("service", "environment", "tenant", "agent")


def told(found: Iterable[Runaway], wanted: RunawayFilter) -> list[dict[str, Any]]:
    """Tell those that fit a filter; the one that spends most an hour first."""
    shown = [_told(each, sign, wanted) for each in found if (sign := _sign(each, wanted)) is not None]
    shown.sort(key=lambda each: (-(each["cost_usd_per_hour"] or 0), -(each["tokens_per_hour"] or 0), each["trace_id"]))
    return shown[: wanted.limit]


def counted(found: Iterable[Runaway]) -> tuple[Counter[Labels], Counter[Labels]]:
    """Count those under way by default bounds, and add up what they spend in an hour (USD).

    By service, agent, environment and tenant; the counts also by sign.
    """
    runs, spent = Counter[Labels](), Counter[Labels]()
    for each in told(found, _USUAL):
        labels = tuple(each[name] or "" for name in ("service", "agent", "environment", "tenant"))
        if each["status"] == "running":
            runs[(*labels, each["sign"])] += 1
            if each["cost_usd_per_hour"] is not None:
                spent[labels] += each["cost_usd_per_hour"]
    return runs, spent


def _sign(found: Runaway, wanted: RunawayFilter) -> str | None:
    """Name the first sign that is as great as its bound; null where the run is not wanted."""
    asked = {name: getattr(wanted, name) for name in _DIMENSIONS}
    if any(value is not None and (getattr(found, name) or "") != value for name, value in asked.items()):
        return None
    for sign in SIGNS:
        bound, value = wanted.bounds.get(sign.name), found.signs.get(sign.name)
        loop = found.loops.get(sign.name)
        if bound is None or value is None or value < bound:
            continue
        if loop is None or len(loop.cycle) <= wanted.period:
            return sign.name
    return None


def _told(found: Runaway, sign: str, wanted: RunawayFilter) -> dict[str, Any]:
    loop = found.loops.get(sign)
    since_ns, (tokens, pico) = (found.start_ns, found.used) if loop is None else (loop.since_ns, found.in_loop[sign])
    lasted_ns = max((found if loop is None else loop).last_ns - since_ns, NANO)
    used_tokens, used_pico = found.used
    return {
        "trace_id": found.trace_id.hex(),
        "span_id": found.span_id.hex(),
        "status": "running" if found.running else "ended",
        **{name: getattr(found, name) for name in _DIMENSIONS},
        "sign": sign,
        "value": found.signs[sign],
        "bound": wanted.bounds[sign],
        "signs": dict(found.signs),
        **_loop(loop),
        "start": found.start_ns / NANO,
        "since": since_ns / NANO,
        "last_seen": found.last_ns / NANO,
        "steps": found.steps,
        "tokens": used_tokens,
        "cost_usd": _usd(used_pico),
        "tokens_since": tokens,
        "cost_usd_since": _usd(pico),
        "tokens_per_hour": None if tokens is None else round(tokens * _HOUR_NS / lasted_ns),
        "cost_usd_per_hour": None if pico is None else to_usd(pico) * _HOUR_NS / lasted_ns,
    }


def _loop(loop: Loop | None) -> dict[str, Any]:
    if loop is None:
        return {"cycle": [], "repetitions": None, "error": None, "same_results": None}
    return {
        "cycle": list(loop.cycle), "repetitions": loop.repetitions, "error": loop.error,
        "same_results": loop.same_results,
    }  # fmt: skip


def _usd(pico: int | None) -> float | None:
    return None if pico is None else to_usd(pico)
