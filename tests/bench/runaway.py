"""Runaway runs: `python -m tests.bench runaway`.

Prints the delay from the span that makes the fifth repetition to the webhook (real collector and alert manager, over
sockets), what is told of healthy runs, and the user CPU of detection for each span of the usual mix, whole traces and
traces in flight, as a share of what rolling up that span costs in the same run.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import random
import resource
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import polars as pl

from spanwise_alerts.app import App
from spanwise_alerts.config import load
from spanwise_collector.pipeline import Pipeline
from spanwise_collector.reader import RunawayFilter
from spanwise_collector.rollup.rollup import Rollup
from spanwise_collector.rollup.runaway import runaway_of
from spanwise_collector.rollup.runaways import Runaways
from spanwise_collector.rollup.summary import SPANS, in_order
from spanwise_collector.runaways import told
from spanwise_schema.runaway import MOST_PERIOD, SIGNS
from tests.alerts.run_app import SECTION
from tests.support.collector import collecting
from tests.support.otlp import request, traffic
from tests.support.rows import NOON, SECOND, batch
from tests.support.runaways import HEALTHY, LOOPS, otlp, rows
from tests.support.webhook import WebhookSink

BATCH = 16
"""Requests of 512 spans in a batch: what a busy collector folds at once."""
USUAL = {sign.name: sign.default for sign in SIGNS if sign.default}


def main(argv: list[str]) -> int:
    """Run all three."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench runaway", description=__doc__)
    parser.add_argument("--loops", type=int, default=40, help="loops whose delay is measured (default: 40)")
    parser.add_argument("--batches", type=int, default=12, help="of 8,192 spans, for the cost (default: 12)")
    asked = parser.parse_args(argv)
    healthy()
    asyncio.run(delays(asked.loops))
    costs(asked.batches)
    return 0


def healthy() -> None:
    """Look at each healthy run after each of its steps."""
    looks, wrong = 0, 0
    for steps in HEALTHY.values():
        spans = in_order(batch(*rows(steps)).select(list(SPANS)))
        for length in range(1, spans.height + 1):
            part = spans.head(length)
            found = runaway_of(part, int(part["end_ns"].max()))  # type: ignore[arg-type]
            looks += 1
            wrong += bool(found and told([found], RunawayFilter(USUAL, MOST_PERIOD)))
    print(f"healthy runs: {len(HEALTHY)}, looks: {looks}, told wrongly: {wrong}")


async def delays(count: int) -> None:
    """Send loops span by span; measure from the request that holds the fifth repetition to the webhook."""
    with tempfile.TemporaryDirectory() as folder, WebhookSink() as sink:
        async with collecting(Path(folder) / "c") as talk:
            team = {"name": "team", "webhook": {"allow_private": True, "url": sink.url}}
            route = {"receiver": "team", "group_by": ["run"], "group_wait": "0s"}
            rule = {"name": "loops", "kind": "runaway"}
            section = {**SECTION, "interval": "500ms", "rules": [rule], "receivers": [team], "route": route}
            config = load(section, "bench", Path(folder))
            async with App(config, collector_url=talk.http, data=Path(folder), now=time.time):
                found = [await _delay(talk, sink, number) for number in range(1, count + 1)]
    cuts = statistics.quantiles(found, n=20, method="inclusive")
    print(f"delay from the fifth repetition to the webhook: p50 {cuts[9]:.2f} s, p95 {cuts[18]:.2f} s, "
          f"max {max(found):.2f} s of {count} loops")  # fmt: skip


async def _delay(talk: Any, sink: WebhookSink, number: int) -> float:
    kind = [*LOOPS.values()][number % len(LOOPS)]
    spans = otlp(kind(5), number.to_bytes(16, "big"), time.time_ns())
    for one in spans[:-1]:
        await talk.send(request([one]).SerializeToString())
    await asyncio.sleep(random.Random(number).random())
    begun = time.monotonic()
    await talk.send(request(spans[-1:]).SerializeToString())
    await asyncio.to_thread(sink.wait_for, number)
    return time.monotonic() - begun


class _Off(Runaways):
    """Nothing is looked for."""

    def add(self, spans: pl.DataFrame, now_ns: int) -> None:
        del spans, now_ns

    def look(self, spans_of: Callable[[bytes], pl.DataFrame], now_ns: int) -> None:
        del spans_of, now_ns


def costs(batches: int) -> None:
    """Fold the same batches with and without detection, in turns."""
    for name, frames in (
        ("whole traces", [*_whole(batches)]),
        ("in flight", [*_in_flight(batches)]),
        ("in flight, 1 run in 100 loops", [*_in_flight(batches, looping=100)]),
    ):
        spans = sum(frame.height for frame in frames)
        turns = [(_folded(frames, on=False), _folded(frames, on=True)) for _ in range(7)]
        without, on = (min(each) / spans * 1e6 for each in zip(*turns, strict=True))
        print(f"{name}: rolling up {without:.2f} us a span, detection {on - without:+.2f} us ({on / without - 1:+.1%}) "
              f"of {spans:,} spans")  # fmt: skip


def _folded(frames: Sequence[pl.DataFrame], *, on: bool) -> float:
    rollup = Rollup()
    if not on:
        rollup.runaways = _Off()
    begun = _user_s()
    for number, frame in enumerate(frames):
        rollup.add(frame, NOON + number * SECOND)
    return _user_s() - begun


def _user_s() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_utime


def _whole(batches: int) -> Iterator[pl.DataFrame]:
    """The traffic of the other benchmarks: agents, calls and tools, each trace in one batch."""
    with tempfile.TemporaryDirectory() as folder, contextlib.ExitStack():
        from spanwise_collector.price import PriceBook
        from spanwise_collector.store.store import Store

        store = Store(Path(folder))
        pipeline = Pipeline(store, Rollup(), PriceBook({}), lambda: NOON)
        for number in range(batches):
            bodies = [traffic(number * BATCH + seed, 512)[0] for seed in range(BATCH)]
            frames = [pipeline.decode(body).frame for body in bodies]
            yield pl.concat(pipeline._understood(frames))
        store.close()


def _in_flight(batches: int, looping: int = 0) -> Iterator[pl.DataFrame]:
    """Runs that last over all batches: in each of them four steps of each of 2,048 runs."""
    dice = random.Random(3)
    every = batches * 4
    from tests.support.runaways import ask, call, stuck, times

    def steps(number: int) -> list[Any]:
        if looping and number % looping == 0:
            return stuck(every // 2)
        return times(every // 2, lambda n: [ask(tokens=300), call(dice.choice("abcdef"), {"n": n, "of": number})])

    runs = [rows(steps(number), trace=number + 1, agent="researcher") for number in range(2_048)]
    for part in range(batches):
        yield batch(*(one for run in runs for one in run[part * 4 : part * 4 + 4]))


if __name__ == "__main__":
    main([])
