from __future__ import annotations

from pathlib import Path

import polars as pl

from spanwise_collector.store import segments
from tests.collector.store.stored import NOON_NS, minute, same, spans


def test_a_merged_file_has_the_rows_of_all_and_is_compressed(tmp_path: Path):
    parts = [spans([NOON_NS + number] * 3_000, seed=number, traces=300) for number in range(5)]
    paths = [tmp_path / f"{number}.parquet" for number in range(5)]
    sizes = [segments.write(part, path) for part, path in zip(parts, paths, strict=True)]
    merged = segments.merge_spans(paths, tmp_path / "merged.parquet")
    assert same(segments.scan([tmp_path / "merged.parquet"]).collect(), pl.concat(parts))
    groups = pl.read_parquet(tmp_path / "merged.parquet").head(1_024)
    assert groups["trace_id"].is_sorted()
    assert merged == (tmp_path / "merged.parquet").stat().st_size < sum(sizes)


def test_row_groups_of_long_contents_have_fewer_rows():
    assert segments.group_rows(spans([NOON_NS] * 50, raw_bytes=100_000)) == 1_024
    assert 1_024 < segments.group_rows(spans([NOON_NS] * 50, raw_bytes=10)) <= 8_192


def test_one_hour_is_one_part_and_is_not_copied():
    rows = minute(10, seed=1)
    assert [(folder, part is rows) for folder, part in segments.partitions(rows)] == [
        ("spans/date=2025-11-20/hour=12", True)
    ]
    assert segments.rollup_partition(NOON_NS) == "rollup/date=2025-11-20"
