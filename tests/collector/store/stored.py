"""Build rows as the store gets them."""

from __future__ import annotations

import random
from collections.abc import Iterable

import polars as pl

from spanwise_collector.store.segments import SCHEMA

SECOND_NS = 1_000_000_000
HOUR_NS = 3_600 * SECOND_NS
NOON_NS = 1_763_640_000 * SECOND_NS  # 2025-11-20 12:00 UTC
NOON_S = NOON_NS / SECOND_NS
MODELS = ("gpt-4o", "o3", "qwen-max")


def spans(ends_ns: Iterable[int], *, seed: int = 0, traces: int = 8, raw_bytes: int = 200) -> pl.DataFrame:
    """Make one span per end time; ids follow from the seed."""
    draw = random.Random(seed)
    ids = [draw.randbytes(16) for _ in range(traces)]
    rows = [
        {
            "trace_id": draw.choice(ids),
            "span_id": draw.randbytes(8),
            "name": "chat",
            "kind": 3,
            "start_ns": end_ns - SECOND_NS,
            "end_ns": end_ns,
            "status_code": 0,
            "resource": b"resource",
            "raw": draw.randbytes(raw_bytes),
            "category": "llm",
            "model": draw.choice(MODELS),
            "duration_ns": draw.randrange(1, 10 * SECOND_NS),
            "input_tokens": draw.randrange(10_000),
            "stream": draw.random() < 0.5,
        }
        for end_ns in ends_ns
    ]
    return pl.DataFrame([{name: row.get(name) for name in SCHEMA} for row in rows], schema=SCHEMA)


def minute(count: int, *, seed: int, start_ns: int = NOON_NS) -> pl.DataFrame:
    """Make spans that end evenly over the minute that begins at `start_ns`."""
    return spans((start_ns + (number + 1) * 60 * SECOND_NS // count for number in range(count)), seed=seed)


def deltas(*windows_ns: int, seconds: int = 10) -> pl.DataFrame:
    """Make rollup rows; only `window_ns` means something to the store."""
    return pl.DataFrame({"window_ns": list(windows_ns), "sketch": [b"s"] * len(windows_ns), "seconds": seconds})


def same(found: pl.DataFrame, expected: pl.DataFrame) -> bool:
    """Tell whether two frames hold the same rows, in whatever order."""
    key = [name for name in ("trace_id", "span_id", "window_ns") if name in expected.columns]
    return found.select(expected.columns).sort(key).equals(expected.sort(key))
