from pathlib import Path

import polars as pl
import pytest

from spanwise_collector.store import segments, traces
from tests.collector.store.stored import NOON_NS, same, spans

NOTHING = pl.DataFrame(schema=segments.SCHEMA)


@pytest.fixture
def parts():
    return list(spans([NOON_NS + n for n in range(16_000)], traces=50).iter_slices(4_000))


@pytest.fixture
def files(tmp_path: Path, parts):
    """Three files sorted by trace, and one where each trace is all over."""
    made = []
    for number, part in enumerate(parts):
        path = tmp_path / f"{number}.parquet"
        segments.write(part if number == 3 else part.sort("trace_id"), path)
        made.append((path, part.height))
    return made


def test_traces_are_found_in_every_file_and_in_what_is_in_none(parts, files):
    written, unwritten = files[:3], parts[3]
    everything = pl.concat(parts)
    ids = everything["trace_id"].unique().sort().to_list()
    for wanted in (ids[:1], ids[1:4], ids):
        truth = everything.filter(pl.col("trace_id").is_in(wanted))
        for found in (
            traces.find(unwritten, written, wanted),
            traces.find(NOTHING, files, wanted),
            traces.find(everything, [], wanted),
        ):
            assert same(found.spans, truth)
            assert sum(found.total.values()) == truth.height
            assert set(found.total) == set(wanted)


def test_the_oldest_spans_of_each_trace_are_kept_and_the_rest_is_counted(parts, files):
    ids = parts[0]["trace_id"].unique().sort().to_list()[:3]
    truth = pl.concat(parts).filter(pl.col("trace_id").is_in(ids))
    found = traces.find(parts[3], files[:3], ids, traces.Most(7, 2**30))
    assert same(found.spans, truth.sort("start_ns").group_by("trace_id").head(7))
    assert found.total == dict(truth.group_by("trace_id").len().rows())


def test_long_contents_are_cut_by_their_bytes_but_the_oldest_span_stays(parts, files):
    ids = parts[0]["trace_id"].unique().sort().to_list()[:2]  # 200 bytes a span
    for most_bytes, spans_ in ((0, 1), (199, 1), (200, 2), (1_000, 6)):
        found = traces.find(parts[3], files[:3], ids, traces.Most(50, most_bytes))
        truth = pl.concat(parts).filter(pl.col("trace_id").is_in(ids))
        assert same(found.spans, truth.sort("start_ns").group_by("trace_id").head(spans_))


def test_an_unknown_trace_has_no_span(parts, files):
    for found in (traces.find(parts[0], files, [bytes(16)]), traces.find(NOTHING, [], [bytes(16)])):
        assert found.spans.height == 0
        assert found.total == {}


def test_of_rows_that_lie_apart_only_some_are_read_at_once(parts, files):
    """Rows of all traces lie all over a file of many rows; each comes once and in its own place."""
    big = pl.concat([*parts, *parts, *parts])
    path = files[0][0].with_name("big.parquet")
    segments.write(big, path)
    ids = big["trace_id"].unique().to_list()
    found = traces.find(NOTHING, [(path, big.height)], ids)
    assert found.spans.height == big.height
    assert found.spans["span_id"].equals(big["span_id"])
