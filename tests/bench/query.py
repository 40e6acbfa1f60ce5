"""Live questions: p95 by model over five minutes, after two hours of traffic; CPU of one answer in this process."""

from __future__ import annotations

import argparse
import time

import polars as pl

from spanwise_collector.normalise import normalise
from spanwise_collector.pipeline import Pipeline
from spanwise_collector.price import PriceBook
from spanwise_collector.query import Query
from spanwise_collector.rollup.rollup import Rollup
from spanwise_schema.measures import MEASURES, NANO
from tests.support.otlp import traffic

ASKED = (
    ("p95 by model, 5 min", "llm.duration", "p95", ("provider", "model"), 300, 1),
    ("error ratio by agent, 5 min", "llm.errors", "ratio", ("agent",), 300, 1),
    ("cost by tenant, 1 h", "llm.cost", "sum", ("tenant",), 3_600, 1),
    ("p95 over 1 h, a point a minute", "llm.duration", "p95", (), 60, 60),
)


def main(argv: list[str]) -> None:
    parser = argparse.ArgumentParser(prog="tests.bench query", description=__doc__)
    parser.add_argument("--rate", type=int, default=100, help="spans a second (default: 100)")
    parser.add_argument("--minutes", type=int, default=120, help="of traffic (default: 120)")
    options = parser.parse_args(argv)
    now_ns = time.time_ns()
    rollup = filled(options.rate, options.minutes, now_ns)
    rows = rollup._windows.rows(0, now_ns).height
    print(f"{options.rate * 60 * options.minutes:,} spans, {len(rollup.book)} series, {rows:,} rows in the windows")
    for name, measure, stat, by, window_s, points in ASKED:
        step_ns = 60 * NANO if points > 1 else 0
        start_ns = now_ns - (points - 1) * step_ns
        query = Query(MEASURES[measure], stat, by, {}, window_s * NANO, start_ns, step_ns, points)
        print(f"{name:32s} {1e3 * cpu_s(lambda query=query: rollup.answer(query)):6.2f} ms CPU")


def filled(rate: int, minutes: int, now_ns: int) -> Rollup:
    rollup, prices = Rollup(), PriceBook()
    for minute in range(minutes, 0, -1):
        at_ns = now_ns - (minute - 1) * 60 * NANO
        bodies = [traffic(minute * 1_000 + n, spans=512, now_ns=at_ns)[0] for n in range(max(1, rate * 60 // 512))]
        frame = pl.concat([Pipeline.decode(body).frame for body in bodies], how="diagonal")
        rollup.add(prices.price(normalise(frame).frame), at_ns)
    return rollup


def cpu_s(ask, rounds: int = 30) -> float:
    ask()
    started = time.process_time()
    for _ in range(rounds):
        ask()
    return (time.process_time() - started) / rounds
