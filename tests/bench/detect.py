"""How well anomalies are found: recall, precision, delay, false alarms, CPU; plain detectors beside."""

from __future__ import annotations

import argparse
import time
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from spanwise_alerts.detect.anomaly.panel import Panel, Wanted
from spanwise_alerts.detect.anomaly.transform import Transform
from tests.bench.detect_fleet import Family, Floats, fleet, quiet

STEP_S = 60
WEEK_POINTS = 7 * 86400 // STEP_S
MARGIN = 30
"""Points after a fault in which an alarm still belongs to it."""


@dataclass(frozen=True, slots=True)
class Result:
    """What one detector made of one family."""

    recall: float
    precision: float
    delay: float
    false_a_week: float

    @property
    def f1(self) -> float:
        both = self.precision + self.recall
        return 2 * self.precision * self.recall / both if both else 0.0


def main(argv: Sequence[str]) -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.bench detect", description=__doc__)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--series", type=int, default=30, help="of each family (default: 30)")
    parser.add_argument("--weeks", type=int, default=4, help="in all; the last two are judged (default: 4)")
    args = parser.parse_args(argv)
    print("bars: recall >= 0.95 at <= 1 false alarm a series and week; <= 5 us of CPU a point\n")
    print(
        f"{'family':24}{'detector':26}{'recall':>8}{'precision':>11}{'F1':>7}{'delay':>7}{'false/week':>12}{'us/point':>10}"
    )
    for family in fleet(args.seed, weeks=args.weeks, series=args.series):
        alarms, us = ours(family)
        result = judge(family, alarms)
        show(family.name, "Spanwise", result, us)
        for name, scores in baselines(family):
            show("", name, at_equal_false_alarms(family, scores, result.false_a_week), None)
    calm = quiet(args.seed)
    alarms, _ = ours(calm)
    each = starts(alarms).sum(0) / (len(calm.at_s) / WEEK_POINTS)
    print(f"\nquiet series (constant, sparse, seldom, young, restarted): {each.round(1)} alarms a week")


def show(family: str, detector: str, result: Result, us: float | None) -> None:
    cost = "" if us is None else f"{us:.2f}"
    print(
        f"{family:24}{detector:26}{result.recall:8.2f}{result.precision:11.2f}{result.f1:7.2f}{result.delay:7.1f}"
        f"{result.false_a_week:12.2f}{cost:>10}"
    )


def ours(family: Family, false_a_week: float = 1.0) -> tuple[NDArray[np.bool_], float]:
    """Return for each point whether it is unusual, and the CPU of a point in microseconds."""
    offset = {"amount": 0.01, "count": 0.0, "share": 0.0}[family.kind]
    wanted = Wanted(STEP_S, (false_a_week / WEEK_POINTS,), direction=family.direction)
    panel = Panel(Transform(family.kind, offset), wanted)
    panel.grow(family.value.shape[1])
    every = np.arange(family.value.shape[1])
    unusual = np.zeros(family.value.shape, np.bool_)
    begun = time.process_time()
    for point, at_s in enumerate(family.at_s):
        there = ~np.isnan(family.value[point])
        found = panel.update(float(at_s), every[there], family.value[point, there], family.count[point, there])
        unusual[point, there] = found.unusual
    return unusual, (time.process_time() - begun) / np.isfinite(family.value).sum() * 1e6


def starts(alarms: NDArray[np.bool_], quiet_points: int = 10) -> NDArray[np.bool_]:
    """Mark where alarms begin; those that are closer than `quiet_points` are one."""
    begun = np.zeros_like(alarms)
    last = np.full(alarms.shape[1], -quiet_points - 1)
    for point in range(len(alarms)):
        on = alarms[point]
        begun[point] = on & (point - last > quiet_points)
        last[on] = point
    return begun


def judge(family: Family, alarms: NDArray[np.bool_]) -> Result:
    """Compare alarms of the test weeks with the faults."""
    begun = starts(alarms)
    excused = np.zeros_like(begun)
    delays: list[int] = []
    for fault in family.faults:
        span = slice(fault.start, fault.end + MARGIN)
        excused[span, fault.series] = True
        found = np.flatnonzero(alarms[fault.start : fault.end + 5, fault.series])
        if len(found):
            delays.append(int(found[0]) + 1)
    false = int((begun & ~excused)[family.test_from :].sum())
    weeks = (len(alarms) - family.test_from) / WEEK_POINTS * alarms.shape[1]
    hit = len(delays)
    return Result(
        hit / len(family.faults), hit / (hit + false) if hit else 0.0, float(np.median(delays)) if delays else 0.0,
        false / weeks,
    )  # fmt: skip


def at_equal_false_alarms(family: Family, scores: Floats, false_a_week: float) -> Result:
    """Judge a plain detector with the one threshold that gives it as many false alarms as ours has."""
    ordered = np.sort(scores[family.test_from :][np.isfinite(scores[family.test_from :])])
    low, high = len(ordered) // 2, len(ordered) - 1
    for _ in range(24):
        middle = (low + high) // 2
        if judge(family, scores > ordered[middle]).false_a_week > false_a_week:
            low = middle
        else:
            high = middle
    return judge(family, scores > ordered[high])


def baselines(family: Family) -> list[tuple[str, Floats]]:
    """Score every point with plain detectors, trained on the weeks before the test."""
    sign = -1.0 if family.direction == "down" else 1.0
    value = family.value * sign
    train = value[: family.test_from]
    spread = np.nanstd(train, axis=0)
    centre = np.nanmedian(train, axis=0)
    static = (value - centre) / np.maximum(spread, 1e-9)
    if family.direction == "both":
        static = np.abs(static)
    return [("static threshold", static), ("3-sigma of a day", _three_sigma(value, family)), *_learned(family)]


def _three_sigma(value: Floats, family: Family) -> Floats:
    window = 1440
    filled = np.where(np.isnan(value), np.nanmedian(value, axis=0), value)
    sums = np.cumsum(np.vstack([np.zeros(filled.shape[1]), filled]), axis=0)
    squares = np.cumsum(np.vstack([np.zeros(filled.shape[1]), filled**2]), axis=0)
    scores = np.full_like(filled, 0.0)
    mean = (sums[window:-1] - sums[: -window - 1]) / window
    deviation = np.sqrt(np.maximum((squares[window:-1] - squares[: -window - 1]) / window - mean**2, 1e-12))
    scores[window:] = (filled[window:] - mean) / deviation
    return np.abs(scores) if family.direction == "both" else scores


def _learned(family: Family) -> list[tuple[str, Floats]]:
    from sklearn.ensemble import IsolationForest
    from sklearn.neighbors import LocalOutlierFactor

    found: list[tuple[str, Floats]] = []
    for name, make in (
        ("IsolationForest, raw", lambda: IsolationForest(n_estimators=50, random_state=0)),
        ("LocalOutlierFactor, raw", lambda: LocalOutlierFactor(n_neighbors=20, novelty=True)),
    ):
        scores = np.zeros_like(family.value)
        for column in range(family.value.shape[1]):
            there = np.isfinite(family.value[:, column])
            train = family.value[: family.test_from, column][there[: family.test_from]]
            model = make().fit(train[-5000:, None])
            scores[there, column] = -model.score_samples(family.value[there, column][:, None])
        found.append((name, scores))
    return found


if __name__ == "__main__":
    import sys

    main(sys.argv[1:])
