"""How well anomalies are found: recall, precision, delay, false alarms, CPU; plain detectors beside."""

from __future__ import annotations

import argparse
import resource
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from spanwise_alerts.detect.anomaly.panel import Panel, Wanted
from spanwise_alerts.detect.anomaly.transform import Transform
from tests.bench.detect_ecod import ecod
from tests.bench.detect_fleet import Family, Floats, fleet, quiet

STEP_S = 60
WEEK_POINTS = 7 * 86400 // STEP_S
QUIET = ("constant 2", "nearly always nought 2", "seldom seen 2", "young 2", "restarted 2")
MARGIN = 30
"""Points after a fault in which an alarm still belongs to it."""


@dataclass(frozen=True, slots=True)
class Result:
    """What one detector made of some faults; results of several seeds add up."""

    hits: int
    faults: int
    false: int
    weeks: float
    delays: tuple[int, ...]

    def __add__(self, other: Result) -> Result:
        return Result(
            self.hits + other.hits, self.faults + other.faults, self.false + other.false, self.weeks + other.weeks,
            self.delays + other.delays,
        )  # fmt: skip

    @property
    def recall(self) -> float:
        return self.hits / self.faults

    @property
    def precision(self) -> float:
        return self.hits / (self.hits + self.false) if self.hits else 0.0

    @property
    def delay(self) -> float:
        return float(np.median(self.delays)) if self.delays else 0.0

    @property
    def false_a_week(self) -> float:
        return self.false / self.weeks

    @property
    def f1(self) -> float:
        both = self.precision + self.recall
        return 2 * self.precision * self.recall / both if both else 0.0


def main(argv: Sequence[str]) -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.bench detect", description=__doc__)
    parser.add_argument("--seeds", type=int, default=2, help="so many fleets, from seed 1 on (default: 2)")
    parser.add_argument("--series", type=int, default=12, help="of each family and seed (default: 12)")
    parser.add_argument("--weeks", type=int, default=4, help="in all; the last two are judged (default: 4)")
    parser.add_argument("--alone", action="store_true", help="only ours")
    args = parser.parse_args(argv)
    print("bars: recall >= 0.95 at <= 1 false alarm a series and week; <= 5 us of CPU a point\n")
    print(f"CPU of a point at 50,000 series: {cpu_us():.2f} us; state: {state_bytes()} bytes a series\n")
    found: dict[tuple[str, str], Result] = {}
    for seed in range(1, args.seeds + 1):
        for family in fleet(seed, weeks=args.weeks, series=args.series):
            for name, result in results(family, alone=args.alone).items():
                for group in (family.name, "all"):
                    known = found.get((group, name))
                    found[group, name] = result if known is None else known + result
        calm = quiet(seed)
        each = starts(ours(calm)).sum(0) / (len(calm.at_s) / WEEK_POINTS)
        print(f"seed {seed}, quiet series ({', '.join(QUIET)}): {each.round(1)} alarms a week", flush=True)
    print("\n| series | detector | recall | precision | F1 | delay, points | false alarms a series and week |")
    print("|---|---|---|---|---|---|---|")
    for (group, name), result in sorted(found.items(), key=lambda each: each[0][0]):
        print(
            f"| {group} | {name} | {result.recall:.2f} | {result.precision:.2f} | {result.f1:.2f} "
            f"| {result.delay:.0f} | {result.false_a_week:.2f} |"
        )


def results(family: Family, *, alone: bool) -> dict[str, Result]:
    """Judge ours, and the others with the threshold that gives them as many false alarms."""
    found = {"Spanwise": judge(family, ours(family))}
    if not alone:
        most = found["Spanwise"].false_a_week
        found |= {name: at_equal_false_alarms(family, scores, most) for name, scores in baselines(family)}
    return found


def cpu_us(series: int = 50_000, points: int = 10) -> float:
    """Return the user CPU of a point in microseconds, with many series and three tiers."""
    dice = np.random.default_rng(1)
    panel = Panel(Transform("amount"), Wanted(STEP_S, (1 / 1440, 1 / WEEK_POINTS, 1 / (4 * WEEK_POINTS))))
    panel.grow(series)
    rows, count = np.arange(series), np.full(series, 20.0)
    values = [dice.lognormal(0.0, 0.2, series) for _ in range(points + 3)]
    begun = 0.0
    for point, value in enumerate(values):
        if point == 3:
            begun = resource.getrusage(resource.RUSAGE_SELF).ru_utime
        panel.update(1e9 + STEP_S * point, rows, value, count)
    return (resource.getrusage(resource.RUSAGE_SELF).ru_utime - begun) / points / series * 1e6


def state_bytes() -> int:
    """Return how many bytes of arrays a series takes."""
    return sum(columns.row_bytes for columns in Panel(Transform("amount"), Wanted(STEP_S, (1e-4,))).parts.values())


def ours(family: Family, false_a_week: float = 1.0) -> NDArray[np.bool_]:
    """Return for each point whether it is unusual."""
    offset = {"amount": 0.01, "count": 0.0, "share": 0.0}[family.kind]
    wanted = Wanted(STEP_S, (false_a_week / WEEK_POINTS,), direction=family.direction)
    panel = Panel(Transform(family.kind, offset), wanted)
    panel.grow(family.value.shape[1])
    every = np.arange(family.value.shape[1])
    unusual = np.zeros(family.value.shape, np.bool_)
    for point, at_s in enumerate(family.at_s):
        there = ~np.isnan(family.value[point])
        found = panel.update(float(at_s), every[there], family.value[point, there], family.count[point, there])
        unusual[point, there] = found.unusual
    return unusual


def starts(alarms: NDArray[np.bool_], quiet_points: int = 10) -> NDArray[np.bool_]:
    """Mark where alarms begin; those that are closer than `quiet_points` are one."""
    place = np.arange(len(alarms))[:, None]
    last = np.maximum.accumulate(np.where(alarms, place, -quiet_points - 1), axis=0)
    before = np.vstack([np.full((1, alarms.shape[1]), -quiet_points - 1), last[:-1]])
    return alarms & (place - before > quiet_points)


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
    return Result(len(delays), len(family.faults), false, weeks, tuple(delays))


def at_equal_false_alarms(family: Family, scores: Floats, false_a_week: float) -> Result:
    """Judge a plain detector with the one threshold that gives it as many false alarms as ours has."""
    ordered = np.sort(scores[family.test_from :][np.isfinite(scores[family.test_from :])])
    # below that it would alarm nearly always, which is few alarms too; faults are far fewer points
    low, high = len(ordered) * 98 // 100, len(ordered) - 1
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
    return [
        ("static threshold", static), ("3-sigma of a day", _three_sigma(value, family)), *_learned(family),
        ("PyOD ECOD, raw", ecod(family)),
    ]  # fmt: skip


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
            there[: family.test_from] = False
            scores[there, column] = -model.score_samples(family.value[there, column][:, None])
        found.append((name, scores))
    return found


if __name__ == "__main__":
    import sys

    main(sys.argv[1:])
