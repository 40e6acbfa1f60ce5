"""Labelled series of a fleet of agents: seasons, growth, bursts of traffic, restarts, gaps, and faults."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
DAY_S = 86400
FIRST_S = 1_780_272_000  # a Monday, midnight UTC


@dataclass(frozen=True, slots=True)
class Fault:
    """Points `start` to `end` (not included) of a series that are not as they should be."""

    series: int
    start: int
    end: int
    what: str


@dataclass(slots=True)
class Family:
    """Series of one measure: `value` and `count` have one row a point and one column a series; NaN is no point."""

    name: str
    kind: Literal["amount", "count", "share"]
    direction: Literal["up", "down", "both"]
    at_s: NDArray[np.int64]
    value: Floats
    count: Floats
    test_from: int
    faults: list[Fault] = field(default_factory=list[Fault])


def fleet(seed: int, *, weeks: int = 4, test_weeks: int = 2, series: int = 30, step_s: int = 60) -> list[Family]:
    """Make the families; the last `test_weeks` hold the faults, what is before is healthy."""
    dice = np.random.default_rng(seed)
    points = weeks * 7 * DAY_S // step_s
    at_s = FIRST_S + step_s * np.arange(1, points + 1)
    test_from = points - test_weeks * 7 * DAY_S // step_s
    makers = (_latency, _tokens, _calls, _errors)
    return [maker(dice, at_s, series, test_from) for maker in makers]


def quiet(seed: int, *, weeks: int = 3, step_s: int = 60) -> Family:
    """Make what must not alarm: constant, nearly always nought, seldom seen, young, and restarted series."""
    dice = np.random.default_rng(seed)
    points = weeks * 7 * DAY_S // step_s
    at_s = FIRST_S + step_s * np.arange(1, points + 1)
    value = np.exp(dice.normal(0.0, 0.05, (points, 10)))
    count = dice.poisson(20, (points, 10)).astype(float)
    value[:, 0:2] = 1.0
    value[:, 2:4] = np.where(dice.random((points, 2)) < 0.01, 0.5, 0.0)
    seldom = dice.random((points, 2)) < 0.02
    value[:, 4:6] = np.where(seldom, np.exp(dice.normal(0.0, 0.8, (points, 2))), np.nan)
    count[:, 4:6] = 1.0
    value[: points - 180, 6:8] = np.nan
    down = (np.arange(points) % 2000) < 40
    value[down, 8:10] = np.nan
    value[np.roll(down, 2) & ~down, 8:10] *= 4.0
    return Family("quiet", "amount", "both", at_s, value, count, 0)


def _traffic(dice: np.random.Generator, at_s: NDArray[np.int64], series: int) -> Floats:
    """Calls a minute that are to be expected: day, week, growth, and bursts that are no fault."""
    hour = at_s[:, None] / 3600.0
    base = dice.uniform(15.0, 150.0, series)
    day = 1.0 + dice.uniform(0.0, 0.7, series) * np.sin(2 * np.pi * (hour / 24.0 + dice.random(series)))
    weekend = 1.0 - _free(at_s)[:, None] * (1.0 - dice.uniform(0.5, 1.0, series))
    growth = 1.0 + dice.uniform(0.0, 0.3, series) * np.linspace(0.0, 1.0, len(at_s))[:, None]
    return base * day * weekend * growth


def _free(at_s: NDArray[np.int64]) -> Floats:
    """The share of people who have their weekend: it comes and goes over six hours about midnight."""
    day = (at_s / DAY_S + 3) % 7
    begun, over = (day - 5 + 0.125) / 0.25, (day - 7 + 0.125) / 0.25
    monday = np.clip((0.125 - day) / 0.25, 0.0, 1.0)
    return np.clip(begun, 0.0, 1.0) - np.clip(over, 0.0, 1.0) + np.where(day < 1, monday, 0.0)


def _bursts(dice: np.random.Generator, rate: Floats) -> Floats:
    for column in range(rate.shape[1]):
        for begin in dice.integers(0, len(rate) - 30, len(rate) // 5000):
            rate[begin : begin + dice.integers(5, 30), column] *= 2.5
    return rate


def _gaps(dice: np.random.Generator, value: Floats) -> None:
    for column in range(value.shape[1]):
        for begin in dice.integers(0, len(value) - 60, 4):
            value[begin : begin + dice.integers(3, 60), column] = np.nan
    value[dice.random(value.shape) < 0.002] = np.nan


def _places(dice: np.random.Generator, points: int, series: int, test_from: int, what: tuple[str, ...]) -> list[Fault]:
    """Choose where faults are: two of each three series have two of them, far from each other."""
    found: list[Fault] = []
    half = (points - test_from) // 2
    for column in range(series):
        if column % 3 == 0:
            continue
        for begin in (test_from, test_from + half):
            kind = what[int(dice.integers(len(what)))]
            length = int(dice.integers(120, 240)) if kind == "drift" else int(dice.integers(5, 60))
            start = begin + int(dice.integers(300, half - 600))
            found.append(Fault(column, start, start + length, kind))
    return found


def _course(fault: Fault, size: float) -> Floats:
    """The height of a fault point by point: at once, or rising over its first two thirds."""
    length = fault.end - fault.start
    return np.minimum(np.arange(1, length + 1) / (length * 2 / 3), 1.0) * size if fault.what == "drift" else (
        np.full(length, size)
    )  # fmt: skip


def _noise(dice: np.random.Generator, points: int, series: int) -> tuple[Floats, Floats]:
    """Noise of its own with a memory of some minutes, and its deviation."""
    deviation = dice.uniform(0.04, 0.15, series)
    drawn = dice.normal(0.0, 1.0, (points, series)) * np.sqrt(1 - 0.5**2)
    for row in range(1, points):
        drawn[row] += 0.5 * drawn[row - 1]
    return drawn * deviation, deviation


def _amounts(
    dice: np.random.Generator, at_s: NDArray[np.int64], series: int, test_from: int, name: str, base: Floats,
    swing: float,
) -> Family:  # fmt: skip
    points = len(at_s)
    count = dice.poisson(_bursts(dice, _traffic(dice, at_s, series))).astype(float)
    own, deviation = _noise(dice, points, series)
    sampled = 0.6 / np.sqrt(np.maximum(count, 1.0))
    hour = at_s[:, None] / 3600.0
    course = dice.uniform(0.0, swing, series) * np.sin(2 * np.pi * (hour / 24.0 + dice.random(series)))
    growth = dice.uniform(0.0, 0.25, series) * np.linspace(0.0, 1.0, points)[:, None]
    number = np.log(base) + course + growth + own + sampled * dice.normal(size=(points, series))
    faults = _places(dice, points, series, test_from, ("step", "step", "drift"))
    for fault in faults:
        span = slice(fault.start, fault.end)
        sigma = np.sqrt(deviation[fault.series] ** 2 + np.median(sampled[span, fault.series]) ** 2)
        number[span, fault.series] += _course(fault, dice.uniform(3.0, 6.0) * sigma)
    value = np.where(count > 0, np.exp(number), np.nan)
    _gaps(dice, value)
    return Family(name, "amount", "up", at_s, value, count, test_from, faults)


def _latency(dice: np.random.Generator, at_s: NDArray[np.int64], series: int, test_from: int) -> Family:
    return _amounts(dice, at_s, series, test_from, "p95 of a model", dice.uniform(0.4, 12.0, series), 0.4)


def _tokens(dice: np.random.Generator, at_s: NDArray[np.int64], series: int, test_from: int) -> Family:
    return _amounts(dice, at_s, series, test_from, "tokens of a run", dice.uniform(500.0, 40_000.0, series), 0.2)


def _calls(dice: np.random.Generator, at_s: NDArray[np.int64], series: int, test_from: int) -> Family:
    rate = _traffic(dice, at_s, series)
    faults = _places(dice, len(at_s), series, test_from, ("burst", "silence"))
    for fault in faults:
        span = slice(fault.start, fault.end)
        around = rate[span, fault.series]
        more = dice.uniform(3.0, 6.0) * np.sqrt(around)
        rate[span, fault.series] = around + more if fault.what == "burst" else np.maximum(around - more, 0.0)
    value = dice.poisson(rate).astype(float)
    _gaps(dice, value)
    return Family("calls a minute", "count", "both", at_s, value, np.nan_to_num(value), test_from, faults)


def _errors(dice: np.random.Generator, at_s: NDArray[np.int64], series: int, test_from: int) -> Family:
    count = dice.poisson(_bursts(dice, _traffic(dice, at_s, series))).astype(float)
    chance = np.broadcast_to(dice.uniform(0.002, 0.04, series), count.shape).copy()
    faults = _places(dice, len(at_s), series, test_from, ("errors",))
    for fault in faults:
        span = slice(fault.start, fault.end)
        usual = chance[span, fault.series]
        calls = np.maximum(np.median(count[span, fault.series]), 1.0)
        # three deviations of a share near nought are less than one call: a fault is at least two calls more
        more = np.maximum(dice.uniform(3.0, 6.0) * np.sqrt(usual * (1 - usual) / calls), 2.0 / calls)
        chance[span, fault.series] = np.minimum(usual + more, 1.0)
    failed = dice.binomial(count.astype(int), chance)
    value = np.where(count > 0, failed / np.maximum(count, 1.0), np.nan)
    _gaps(dice, value)
    return Family("share of failed calls", "share", "up", at_s, value, count, test_from, faults)
