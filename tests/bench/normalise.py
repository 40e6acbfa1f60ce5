"""CPU of normalise and price, per span of a batch of 4,096: `python -m tests.bench normalise`.

One emitter's load, and all recorded emitters at once (`tests/data/dialects`), which has a column for each key of all.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable

import polars as pl

from spanwise_collector.decode import decode
from spanwise_collector.normalise import WANTED, normalise
from spanwise_collector.price import PriceBook
from tests.dialects.cases import cases
from tests.support.otlp import traffic

SPANS = 4_096


def main(argv: list[str]) -> int:
    """Print the best of several rounds."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench normalise", description=__doc__)
    parser.add_argument("--rounds", type=int, default=20, help="rounds, of which the best counts (default: 20)")
    rounds: int = parser.parse_args(argv).rounds
    prices = PriceBook({})
    loads = {
        "one emitter": [decode(traffic(seed)[0], WANTED).frame for seed in range(8)],
        "all recorded": [decode(case.body, WANTED).frame for case in cases()],
    }
    for name, frames in loads.items():
        frame = pl.concat(frames, how="diagonal")
        frame = pl.concat([frame] * (SPANS // frame.height + 1)).sample(SPANS, shuffle=True, seed=1)
        calls = normalise(frame).frame
        normalise_us = _us(lambda: normalise(frame), rounds)  # noqa: B023 - called before the next turn
        price_us = _us(lambda: prices.price(calls), rounds)  # noqa: B023
        print(f"{name:12}: {frame.width:>4} columns, normalise {normalise_us:5.2f} us a span, price {price_us:5.2f} us")
    return 0


def _us(work: Callable[[], object], rounds: int) -> float:
    work()
    best_s = float("inf")
    for _ in range(rounds):
        started = time.process_time()
        work()
        best_s = min(best_s, time.process_time() - started)
    return best_s / SPANS * 1e6
