"""Joint: what the model says of the agents of a rule, as verdicts of its tiers."""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

from spanwise_alerts.alert import Labels
from spanwise_alerts.detect.anomaly.readings import one_in
from spanwise_alerts.detect.joint.features import FEATURES, told
from spanwise_alerts.detect.joint.model import Score
from spanwise_alerts.detect.joint.state import State
from spanwise_alerts.detect.reading import Reading
from spanwise_alerts.rule import TierName
from spanwise_alerts.rules.joint import Joint

_RAREST: Final = 1e-9
_NO_WORDS: Final[dict[str, object]] = {"features": "unknown", "probability": "unknown", "version": "none"}


def readings(rule: Joint, state: State | None, held: Collection[Labels]) -> dict[Labels, Reading]:
    """Read the agents that are unusual, and those of alerts that are held; without a model alerts stay as they are."""
    if state is None or state.model is None:
        return {labels: Reading(labels, dict.fromkeys(rule.tiers, "hold"), words=_NO_WORDS) for labels in held}
    return {labels: _reading(rule, state, labels) for labels in {*state.unusual(), *held}}


def _reading(rule: Joint, state: State, labels: Labels) -> Reading:
    found, model = state.of(labels), state.model
    if found is None or model is None:
        return Reading(labels, {}, words=_NO_WORDS)
    score, row = found
    words: dict[str, object] = {
        "features": _telling(score, row, model.agents[labels].middle.tolist()) or "nothing stands out",
        "probability": one_in(max(score.rarity, _RAREST)),
        "version": model.version,
    }
    thresholds: dict[TierName, float] = dict(zip(rule.tiers, score.thresholds, strict=True))
    return Reading(
        labels, {tier: "breach" for tier, odd in zip(rule.tiers, score.unusual, strict=True) if odd}, score.value,
        model.agents[labels].rows, words, thresholds,
    )  # fmt: skip


def _telling(score: Score, row: list[float], middle: list[float]) -> str:
    return "; ".join(
        f"{FEATURES[place].name} {told(place, row[place])}, usually {told(place, middle[place])}"
        for place, _ in score.telling
    )
