"""CPU of normalise, price and roll-up, per span of batches of 4,096: `python -m tests.bench normalise`.

One emitter's load, and all recorded emitters at once (`tests/data/dialects`), which has a column for each key of all.
Resolve, which lies between, is told apart.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from typing import TypeVar

import polars as pl

from spanwise_collector.decode import decode
from spanwise_collector.normalise import WANTED, normalise
from spanwise_collector.price import PriceBook
from spanwise_collector.resolve import Resolver
from spanwise_collector.rollup.rollup import Rollup
from spanwise_schema.columns import STORED
from spanwise_schema.measures import NANO
from tests.dialects.cases import cases
from tests.support.otlp import NOW_NS, traffic

SPANS = 4_096
Result = TypeVar("Result")


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
        copies = (rounds + 2) * SPANS // frame.height + 1
        mixed = pl.concat([_again(frame, number) for number in range(copies)])
        best_us = dict.fromkeys(("normalise", "price", "resolve", "roll-up"), float("inf"))
        resolver, rollup = Resolver(), Rollup()
        for number in range(rounds + 2):
            took_us = _steps(mixed.slice(number * SPANS, SPANS), prices, resolver, rollup, number)
            if number >= 2:  # the first ones compile
                best_us = {step: min(best_us[step], took_us[step]) for step in best_us}
        together = best_us["normalise"] + best_us["price"] + best_us["roll-up"]
        told = ", ".join(f"{step} {best_us[step]:5.2f}" for step in best_us)
        print(f"{name:12}: {frame.width:>4} columns; us a span: {told}; normalise, price and roll-up {together:5.2f}")
    return 0


def _again(frame: pl.DataFrame, number: int) -> pl.DataFrame:
    """Make the same spans in traces of their own, with response ids of their own."""
    answers = [name for name in frame.columns if name.endswith(".response.id") and frame[name].dtype == pl.String]
    salt = pl.lit(number.to_bytes(8), pl.Binary)
    trace_id = (pl.col("trace_id").bin.encode("hex").str.head(16) + salt.bin.encode("hex")).str.decode("hex")
    return frame.with_columns(trace_id.alias("trace_id"), *(pl.col(name) + f"-{number:016x}" for name in answers))


def _steps(frame: pl.DataFrame, prices: PriceBook, resolver: Resolver, rollup: Rollup, number: int) -> dict[str, float]:
    """Bring one batch through the steps; give the CPU of each, of all threads, in us a span."""
    now_ns = NOW_NS + number * NANO // 4
    frame = frame.rechunk()
    took_us: dict[str, float] = {}

    def timed(step: str, work: Callable[[], Result]) -> Result:
        started_s = time.process_time()
        result = work()
        took_us[step] = (time.process_time() - started_s) / SPANS * 1e6
        return result

    calls = timed("normalise", lambda: normalise(frame).frame)
    priced = timed("price", lambda: prices.price(calls).select(list(STORED)))
    fresh = priced.filter(rollup.seen.add(priced))
    resolved = timed("resolve", lambda: resolver.add(fresh, now_ns))
    timed("roll-up", lambda: rollup.add(resolved.stored, now_ns, resolved.counted, resolved.sums))
    rollup.saved()
    return took_us
