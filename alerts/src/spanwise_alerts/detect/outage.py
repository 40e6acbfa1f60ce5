"""Outage: the edges between agents and models that break at once, and the place that explains most of them.

The graph is what the calls of the last minutes show: agents, the models that each calls, the providers of those. An
agent breaks at a model where its calls fail, and did not fail so in the hour before. A provider is the place where
most of the agents that use it break at several of its models, or at the only one; else each model is, by itself.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from spanwise_alerts.alert import Labels
from spanwise_alerts.cover import Cover
from spanwise_alerts.detect.reading import Reading, Verdict
from spanwise_alerts.question import Answer, Question
from spanwise_alerts.rule import TierName
from spanwise_alerts.rules.outage import Outage

_BY: Final = ("service", "agent", "provider", "model")
_USUAL_S: Final = 3600.0
_FRESH_S: Final = 30.0
_TIMES_USUAL: Final = 2.0
_NAMED: Final = 10
Agent = tuple[str, str]
Place = tuple[str, str]
"""Provider and model; an empty model is the whole provider."""


@dataclass(slots=True)
class _Spot:
    """Who uses a place, and who breaks there."""

    users: set[Agent] = field(default_factory=set[Agent])
    broken: set[Agent] = field(default_factory=set[Agent])
    failed: float = 0.0
    calls: int = 0

    def add(self, agent: Agent, share: float, calls: int, *, breaks: bool) -> None:
        self.users.add(agent)
        if breaks:
            self.broken.add(agent)
            self.failed += share * calls
            self.calls += calls


def questions(rule: Outage, _now_s: float) -> tuple[Question, ...]:
    """Ask how many calls of each agent fail at each model, now and in the hour before; and of what."""
    now = Question(rule.measure, "ratio", _BY, rule.filters, rule.window_s)
    usual = Question(rule.measure, "ratio", _BY, rule.filters, _USUAL_S, ago_s=rule.window_s, fresh_s=_FRESH_S)
    kinds = Question(rule.measure, "count", ("provider", "model", "error_type"), rule.filters, rule.window_s)
    return now, usual, kinds


def readings(rule: Outage, answers: Sequence[Answer], held: Collection[Labels], _now_s: float) -> dict[Labels, Reading]:
    """Read the places where enough agents break, and those of alerts that are held."""
    spots = _spots(rule, answers[0], answers[1], {_place(series) for series in held})
    least = min(tier.agents for tier in rule.tiers.values())
    chosen = _places(rule, spots, least)
    errors = _errors(answers[2])
    well = [place for place, spot in spots.items() if place[1] and not spot.broken]
    found: dict[Labels, Reading] = {}
    for place in chosen:
        found[_series(place)] = _reading(rule, place, spots[place], errors, well)
    for series in held:
        place = _place(series)
        if series in found:
            continue
        # whoever gave up calling does not say that all is well again
        silent = place not in spots and any(
            place[0] == dict(labels).get("provider") for labels in answers[1].table.labels
        )
        verdicts: dict[TierName, Verdict] = dict.fromkeys(rule.tiers, "hold") if silent else {}
        spot = spots.get(place, _Spot())
        found[series] = Reading(
            series, verdicts, float(len(spot.broken)), spot.calls, _words(place, spot, errors, well)
        )
    return found


def covers(rule: Outage, reading: Reading) -> Cover:
    """Say what an outage covers."""
    provider, model = _place(reading.labels)
    return Cover(rule.name, provider, model, reading.victims, rule.grace_s)


def _spots(rule: Outage, now: Answer, usual: Answer, known: set[Place]) -> dict[Place, _Spot]:
    spots: dict[Place, _Spot] = defaultdict(_Spot)
    for labels, share, calls in zip(now.table.labels, now.values, now.counts, strict=True):
        said = dict(labels)
        provider, model = said.get("provider", ""), said.get("model", "")
        if share is None or calls < rule.min_count or not provider:
            continue
        agent = (said.get("service", ""), said.get("agent", ""))
        breaks = share >= rule.failing.value
        # while an outage lasts it becomes what is usual
        if breaks and not known & {(provider, ""), (provider, model)}:
            before, counted = usual.of(labels)
            breaks = not counted or share >= _TIMES_USUAL * (before or 0.0)
        spots[provider, model].add(agent, share, calls, breaks=breaks)
        if model:
            spots[provider, ""].add(agent, share, calls, breaks=breaks)
    return dict(spots)


def _places(rule: Outage, spots: Mapping[Place, _Spot], least: int) -> list[Place]:
    def breaks(spot: _Spot) -> bool:
        return len(spot.broken) >= least and len(spot.broken) >= rule.share.value * len(spot.users)

    found: list[Place] = []
    for provider in sorted({provider for provider, _ in spots}):
        models = [model for name, model in spots if name == provider and model]
        # a model at which half of its users break, however few they are, shows that it is not one model's trouble
        failing = [
            m for m in models if len(spots[provider, m].broken) >= rule.share.value * len(spots[provider, m].users)
        ]
        whole = len(models) <= 1 or len(failing) > max(1, len(models) // 2)
        if whole and breaks(spots[provider, ""]):
            found.append((provider, ""))
        else:
            found += [(provider, model) for model in sorted(models) if breaks(spots[provider, model])]
    return found


def _reading(
    rule: Outage, place: Place, spot: _Spot, errors: Mapping[Place, list[tuple[str, float]]], well: Iterable[Place]
) -> Reading:
    agents = len(spot.broken)
    verdicts: dict[TierName, Verdict] = {
        name: "breach" if agents >= tier.agents else "hold" for name, tier in rule.tiers.items()
    }
    words = _words(place, spot, errors, well)
    return Reading(_series(place), verdicts, float(agents), spot.calls, words, victims=frozenset(spot.broken))


def _words(
    place: Place, spot: _Spot, errors: Mapping[Place, list[tuple[str, float]]], well: Iterable[Place]
) -> dict[str, object]:
    provider, model = place
    kinds = [name for name, _ in sorted(errors.get(place, ()), key=lambda kind: (-kind[1], kind[0]))]
    return {
        "where": f"{model} of {provider}" if model else provider,
        "agents": len(spot.broken),
        "users": len(spot.users),
        "victims": _listed(sorted(agent or service or "an agent without a name" for service, agent in spot.broken)),
        "failing": f"{spot.failed / spot.calls:.0%}" if spot.calls else "none",
        "errors": _listed(kinds),
        "well": _listed(sorted(f"{name} of {other}" for other, name in well)),
    }


def _errors(answer: Answer) -> dict[Place, list[tuple[str, float]]]:
    found: dict[Place, dict[str, float]] = defaultdict(dict)
    for labels, count in zip(answer.table.labels, answer.values, strict=True):
        said = dict(labels)
        kind = said.get("error_type", "")
        if count and kind:
            for model in {"", said.get("model", "")}:
                kinds = found[said.get("provider", ""), model]
                kinds[kind] = kinds.get(kind, 0.0) + count
    return {place: list(kinds.items()) for place, kinds in found.items()}


def _listed(names: Sequence[str]) -> str:
    more = len(names) - _NAMED
    return ", ".join(names[:_NAMED]) + (f" and {more} more" if more > 0 else "") if names else "none"


def _series(place: Place) -> Labels:
    provider, model = place
    return (*((("model", model),) if model else ()), ("provider", provider))


def _place(series: Labels) -> Place:
    said = dict(series)
    return said.get("provider", ""), said.get("model", "")
