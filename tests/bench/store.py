"""What the store costs: rows per CPU-second, bytes a row, trace lookup, SQL; the journal's ack.

Run: `.venv/bin/python -m tests.bench.store --rows 2000000 --content 200 2300`.
"""

from __future__ import annotations

import argparse
import asyncio
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import polars as pl
import psutil

from spanwise_collector.store import Journal, Store
from spanwise_collector.store.segments import SCHEMA

SECOND_NS = 1_000_000_000
START_NS = 1_763_640_000 * SECOND_NS
BATCH = 512
ENVELOPE = (
    b"gen_ai.operation.name chat gen_ai.provider.name openai gen_ai.request.model gpt-4o gen_ai.usage.input_tokens "
)


def rows(count: int, content_bytes: int) -> pl.DataFrame:
    """Make agent runs of six spans each, with words as content."""
    draw = random.Random(1)
    words = ["".join(draw.choices("etaoinshrdlu", k=draw.randint(2, 9))) for _ in range(4_000)]
    made = []
    for number in range(count):
        if number % 6 == 0:
            trace_id = draw.randbytes(16)
        category = ("agent", "llm", "tool", "llm", "tool", "llm")[number % 6]
        content = " ".join(draw.choices(words, k=content_bytes // 6)).encode()[:content_bytes]
        duration_ns = draw.randrange(10**6, 10**10)
        made.append(
            {
                **dict.fromkeys(SCHEMA),
                "trace_id": trace_id, "span_id": draw.randbytes(8), "parent_span_id": draw.randbytes(8),
                "name": f"{category} x", "kind": 3, "start_ns": START_NS - duration_ns, "end_ns": START_NS,
                "status_code": 0, "scope_name": "spanwise", "scope_version": "0.1.0", "resource": b"r" * 80,
                "raw": trace_id + draw.randbytes(32) + ENVELOPE + content,
                "category": category, "operation": "chat", "service": "shop", "environment": "prod",
                "agent": "researcher", "provider": "openai", "model": draw.choice(("gpt-4o", "o3", "qwen-max")),
                "response_id": "chatcmpl-" + draw.randbytes(12).hex(), "finish_reason": "stop",
                "duration_ns": duration_ns, "ttft_ns": duration_ns // 3, "input_tokens": draw.randrange(10_000),
                "output_tokens": draw.randrange(2_000), "token_basis": "inclusive", "dialect": "otel",
                "cost_pico_usd": draw.randrange(10**12), "cost_source": "computed", "price_version": "1",
            }
        )  # fmt: skip
    return pl.DataFrame(made, schema=SCHEMA)


def shifted(frame: pl.DataFrame, number: int, per_s: int) -> pl.DataFrame:
    """Move rows to their place in time and give them trace ids of their own."""
    salt = (pl.col("trace_id").bin.encode("hex").str.slice(0, 24) + f"{number:08x}").str.decode("hex")
    end_ns = START_NS + (number * frame.height + pl.int_range(frame.height)) * SECOND_NS // per_s
    return frame.with_columns(trace_id=salt, end_ns=end_ns)


def p95_ms(times_s: list[float]) -> float:
    return statistics.quantiles(times_s, n=20)[-1] * 1e3


def timed(count: int, action: Callable[[int], object]) -> list[float]:
    times_s = []
    for number in range(count):
        begin = time.perf_counter()
        action(number)
        times_s.append(time.perf_counter() - begin)
    return times_s


def write(store: Store, base: pl.DataFrame, total: int, per_s: int) -> None:
    """Append in batches, commit when due, compact every ten commits; print what it cost."""
    process = psutil.Process()
    commits, cpu_s, compact_s, peak, before = [], 0.0, 0.0, 0, process.memory_info().rss
    for number in range(total // base.height):
        moved = shifted(base, number, per_s)
        begin_cpu = time.process_time()
        for batch in moved.iter_slices(BATCH):
            store.append(batch)
            if store.due(number):
                begin = time.perf_counter()
                store.commit(number, b"", None, number)
                commits.append(time.perf_counter() - begin)
                peak = max(peak, process.memory_info().rss)
        cpu_s += time.process_time() - begin_cpu
        if number % 10 == 9:
            begin_cpu = time.process_time()
            store.compact(START_NS / SECOND_NS + number * base.height / per_s)
            compact_s += time.process_time() - begin_cpu
            peak = max(peak, process.memory_info().rss)
    store.commit(0, b"", None, 0)
    stored = sum(segment.size_bytes for segment in store._catalog.manifest.spans)
    print(f"  commit   {cpu_s / store.rows * 1e6:.2f} us a row = {store.rows / cpu_s:,.0f} rows per CPU-second")
    print(f"  commit   p50 {statistics.median(commits) * 1e3:.0f} ms, max {max(commits) * 1e3:.0f} ms ({len(commits)})")
    print(f"  compact  {compact_s / store.rows * 1e6:.2f} us a row, {store.segments} segments")
    print(f"  disk     {stored / store.rows:.0f} bytes a row; RSS peak {peak >> 20} MiB, {before >> 20} before")


def read(store: Store, base: pl.DataFrame, total: int, per_s: int) -> None:
    """Look traces up and ask the usual questions."""
    end_ns = START_NS + total * SECOND_NS // per_s
    ids = base["trace_id"].to_list()
    draw = random.Random(2)

    def trace(_: int) -> None:
        number = draw.randrange(total // base.height)
        found = store.trace(draw.choice(ids)[:12] + number.to_bytes(4, "big"))
        assert found.height >= 1

    percentile = (
        "SELECT model, quantile_cont(duration_ns, 0.95) FROM spans "
        "WHERE end_ns > $since AND category = 'llm' GROUP BY model"
    )
    slowest = "SELECT trace_id, duration_ns FROM spans WHERE end_ns > $since ORDER BY duration_ns DESC LIMIT 50"
    five = {"since": end_ns - 300 * SECOND_NS}
    hour = {"since": end_ns - 3_600 * SECOND_NS}
    store.sql(percentile, five)
    print(f"  trace    p95 {p95_ms(timed(40, trace)):.0f} ms over {store.rows:,} rows")
    print(f"  SQL      p95 by model, 5 minutes: p95 {p95_ms(timed(40, lambda _: store.sql(percentile, five))):.0f} ms")
    print(f"  SQL      50 slowest of an hour:   p95 {p95_ms(timed(20, lambda _: store.sql(slowest, hour))):.0f} ms")
    columns = ("model", "duration_ns")
    scans = timed(20, lambda _: store.scan(five["since"], end_ns, columns))
    print(f"  scan     two columns, 5 minutes:  p95 {p95_ms(scans):.0f} ms")


async def journal(folder: Path, body_bytes: int, count: int, senders: int) -> None:
    """Let senders append as fast as they are answered."""
    body, acks = random.Random(1).randbytes(body_bytes), []
    kept = Journal(folder, 0)

    async def sender() -> None:
        for _ in range(count // senders):
            begin = time.perf_counter()
            await kept.append(body, 1)
            acks.append(time.perf_counter() - begin)

    begin, begin_cpu = time.perf_counter(), time.process_time()
    await asyncio.gather(*(sender() for _ in range(senders)))
    wall_s, cpu_s = time.perf_counter() - begin, time.process_time() - begin_cpu
    await kept.close()
    print(
        f"  journal  {body_bytes >> 10} KiB x {count} from {senders}: {cpu_s / count * 1e6:.0f} us CPU each, "
        f"{count / wall_s:,.0f}/s, ack p50 {statistics.median(acks) * 1e3:.1f} ms, p95 {p95_ms(acks):.1f} ms"
    )


def main(argv: list[str]) -> int:
    """Print the numbers for each size of content."""
    parser = argparse.ArgumentParser(prog="store", description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--per-s", type=int, default=1_000, help="spans a second of the recorded time")
    parser.add_argument("--content", type=int, nargs="+", default=[240, 2_300], help="bytes of content a span")
    parser.add_argument("--folder", type=Path, help="where to write; a temporary folder by default")
    args = parser.parse_args(argv)
    for content_bytes in args.content:
        base = rows(16_384, content_bytes)
        raw, memory = base["raw"].bin.size().mean(), base.estimated_size() / base.height
        print(f"content {content_bytes} B: raw {raw:.0f} B, {memory:.0f} B in memory")
        with tempfile.TemporaryDirectory(dir=args.folder) as folder:
            asyncio.run(journal(Path(folder) / "journal", 512 * (160 + content_bytes), 400, 8))
            store = Store(Path(folder) / "data")
            write(store, base, args.rows, args.per_s)
            read(store, base, args.rows // base.height * base.height, args.per_s)
            store.close()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
