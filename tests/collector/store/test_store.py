from __future__ import annotations

import random
import resource
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import polars as pl
import pytest

from spanwise_collector.errors import StoreDown
from spanwise_collector.pieces import Pieces
from spanwise_collector.store import Store
from spanwise_collector.store.segments import SCHEMA
from spanwise_collector.store.traces import Most
from tests.collector.store.stored import HOUR_NS, MODELS, NOON_NS, NOON_S, SECOND_NS, deltas, minute, same, spans


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = Store(tmp_path / "data")
    yield opened
    opened.close()


def commit(store: Store, seq: int = 0, rows: pl.DataFrame | None = None, rollup: pl.DataFrame | None = None) -> None:
    if rows is not None:
        store.append(rows)
    store.commit(seq, f"state {seq}".encode(), rollup, NOON_S)


def mixed(store: Store) -> pl.DataFrame:
    """Fill a store with segments of several hours, one of them merged, and rows that are not yet written."""
    parts = [minute(200, seed=number, start_ns=NOON_NS + number % 3 * HOUR_NS) for number in range(12)]
    for seq, part in enumerate(parts[:9]):
        commit(store, seq, part)
    store.compact(NOON_S + 3 * 3_600)
    for part in parts[9:]:
        store.append(part)
    return pl.concat(parts)


def test_a_new_store_is_empty(store: Store):
    assert (store.applied_seq, store.state, store.segments, store.rows) == (-1, None, 0, 0)
    assert store.deltas(0) is None
    assert store.trace(bytes(16)).schema == SCHEMA
    assert store.scan(0, 2 * NOON_NS, ["model"]).shape == (0, 1)
    assert store.ids_since(0).shape == (0, 2)
    assert store.sql("SELECT count(*) AS n FROM spans")["n"].to_list() == [0]
    store.compact(NOON_S)
    assert store.retain(NOON_S, 60) == 0


def test_pieces_of_a_checkpoint_stay_until_a_commit_does_not_keep_them(tmp_path: Path):
    store = Store(tmp_path)
    store.commit(0, b"", None, NOON_S, Pieces(frozenset({1, 2}), {1: b"one", 2: b"two"}))
    files = sorted(tmp_path.glob("state-*.bin"))
    store.commit(1, b"", None, NOON_S, Pieces(frozenset({2, 3}), {2: b"two", 3: b"three"}))
    assert store.pieces() == {2: b"two", 3: b"three"}
    assert len({*files} & {*tmp_path.glob("state-*.bin")}) == 1
    store.close()
    again = Store(tmp_path)
    assert again.pieces() == {2: b"two", 3: b"three"}
    again.commit(2, b"", None, NOON_S)
    assert again.pieces() == {}
    assert len(list(tmp_path.glob("state-*.bin"))) == 1
    again.close()


def test_what_is_committed_is_there_after_a_restart(tmp_path: Path):
    store = Store(tmp_path)
    rows = minute(100, seed=1)
    commit(store, 41, rows, deltas(NOON_NS))
    store.append(minute(10, seed=2))
    store.close()
    again = Store(tmp_path)
    assert (again.applied_seq, again.state, again.rows) == (41, b"state 41", 100)
    assert same(again.scan(0, 2 * NOON_NS, rows.columns), rows)
    found = again.deltas(0)
    assert found is not None
    assert same(found, deltas(NOON_NS))
    again.close()


def test_scan_agrees_with_truth_in_segments_and_buffer(store: Store):
    truth = mixed(store)
    assert store.rows == truth.height
    draw = random.Random(3)
    ends = truth["end_ns"].to_list()
    for _ in range(20):
        start, end = sorted((draw.choice(ends), draw.choice(ends)))
        expected = truth.filter((pl.col("end_ns") > start) & (pl.col("end_ns") <= end))
        assert same(store.scan(start, end, truth.columns), expected)
    assert store.scan(ends[0], ends[0], ["end_ns"]).height == 0


def test_scan_names_an_unknown_column(store: Store):
    with pytest.raises(ValueError, match="'modle' is unknown, expected one of trace_id"):
        store.scan(0, 1, ["modle"])


def test_trace_agrees_with_truth_in_segments_and_buffer(store: Store):
    truth = mixed(store)
    for trace_id in truth["trace_id"].unique():
        assert same(store.trace(trace_id), truth.filter(pl.col("trace_id") == trace_id))
    assert store.trace(b"no such trace id").height == 0


def test_sql_agrees_with_truth_in_segments_and_buffer(store: Store):
    truth = mixed(store)
    query = """SELECT model, count(*) AS calls, sum(input_tokens)::BIGINT AS tokens, max(duration_ns) AS slowest
               FROM spans WHERE end_ns > $since GROUP BY model"""
    since = NOON_NS + HOUR_NS
    found = store.sql(query, {"since": since})
    expected = (
        truth.filter(pl.col("end_ns") > since)
        .group_by("model")
        .agg(
            pl.len().cast(pl.Int64).alias("calls"),
            pl.col("input_tokens").sum().alias("tokens"),
            pl.col("duration_ns").max().alias("slowest"),
        )
    )
    assert found.sort("model").equals(expected.sort("model"))
    assert sorted(found["model"]) == sorted(MODELS)
    assert same(store.sql("SELECT * FROM spans"), truth)


def test_ids_since_names_what_ended_since(store: Store):
    truth = mixed(store)
    since = sorted(truth["end_ns"])[1_000]
    expected = truth.filter(pl.col("end_ns") >= since).select("trace_id", "span_id")
    assert same(store.ids_since(since), expected)


def test_of_a_trace_the_oldest_spans_are_kept_and_the_rest_is_counted(store: Store):
    truth = mixed(store)
    ids = truth["trace_id"].unique().to_list()[:2]
    wanted = truth.filter(pl.col("trace_id").is_in(ids))
    found = store.traces(ids, Most(5, 2**30))
    assert found.total == dict(wanted.group_by("trace_id").len().rows())
    oldest = found.spans.group_by("trace_id").agg(pl.col("start_ns").sort()).sort("trace_id")
    assert oldest.equals(wanted.group_by("trace_id").agg(pl.col("start_ns").sort().head(5)).sort("trace_id"))


def test_traces_are_not_looked_for_in_files_of_another_time(store: Store):
    rows = minute(10, seed=1)
    commit(store, 1, rows)
    ids = rows["trace_id"].unique().to_list()
    assert store.traces(ids, since_ns=NOON_NS, until_ns=NOON_NS + 60 * SECOND_NS).spans.height == 10
    assert store.traces(ids, since_ns=NOON_NS + 61 * SECOND_NS).spans.height == 0
    assert store.traces(ids, until_ns=NOON_NS).spans.height == 0


def test_the_newest_come_first_and_every_piece_says_what_is_still_to_come(store: Store):
    truth = mixed(store)
    since = sorted(truth["end_ns"])[100]
    pieces = list(store.newest(since, pl.col("model") == "o3", truth.columns))
    everything = pl.concat([piece for piece, _ in pieces])
    assert same(everything, truth.filter((pl.col("end_ns") >= since) & (pl.col("model") == "o3")))
    assert len(pieces) > 2
    for number, (_, upto_ns) in enumerate(pieces):
        later = pl.concat([piece for piece, _ in pieces[number + 1 :]] or [everything.clear()])
        assert later.filter(pl.col("end_ns") > upto_ns).height == 0


def test_a_big_file_comes_in_pieces(store: Store, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("spanwise_collector.store.store.PIECE_ROWS", 30)
    rows = minute(100, seed=1)
    commit(store, 1, rows)
    pieces = list(store.newest(0, pl.lit(value=True), rows.columns))
    assert [piece.height for piece, _ in pieces] == [0, 30, 30, 30, 10]
    assert same(pl.concat([piece for piece, _ in pieces]), rows)


def test_deltas_are_handed_back_from_their_window_on(store: Store):
    for seq in range(20):
        commit(store, seq, rollup=deltas(NOON_NS + seq, NOON_NS + seq + 24 * HOUR_NS))
    store.compact(NOON_S)
    found = store.deltas(NOON_NS + 15)
    assert found is not None
    windows = [NOON_NS + seq for seq in range(20)]
    assert sorted(found["window_ns"]) == [w for w in windows if w >= NOON_NS + 15] + [w + 24 * HOUR_NS for w in windows]
    assert store.deltas(NOON_NS + 48 * HOUR_NS) is None or store.deltas(NOON_NS + 48 * HOUR_NS).height == 0


def test_due_by_rows_bytes_or_age(tmp_path: Path):
    store = Store(tmp_path, flush_rows=100, flush_bytes=2**20, flush_after_s=30)
    assert not store.due(1_000.0)
    store.append(minute(50, seed=1))
    assert not store.due(2_000.0)
    assert not store.due(2_029.9)
    assert store.due(2_030.0)
    commit(store)
    assert not store.due(9_000.0)
    store.append(minute(100, seed=2))
    assert store.due(9_000.0)
    commit(store)
    store.append(spans([NOON_NS] * 9, raw_bytes=2**17))
    assert store.due(9_001.0)
    store.close()


def test_append_names_the_column_that_is_wrong(store: Store):
    rows = minute(1, seed=1)
    with pytest.raises(ValueError, match="column 'model' is missing, expected String"):
        store.append(rows.drop("model"))
    with pytest.raises(ValueError, match="column 'end_ns' is Float64, expected Int64"):
        store.append(rows.with_columns(pl.col("end_ns").cast(pl.Float64)))
    assert store.rows == 0


def test_segments_lie_by_the_hour_of_their_end(store: Store, tmp_path: Path):
    commit(store, rows=spans([NOON_NS - 1, NOON_NS, NOON_NS + HOUR_NS]))
    files = sorted(path.relative_to(tmp_path / "data").as_posix() for path in (tmp_path / "data").rglob("*.parquet"))
    assert [file.rpartition("/")[0] for file in files] == [
        "spans/date=2025-11-20/hour=11",
        "spans/date=2025-11-20/hour=12",
        "spans/date=2025-11-20/hour=13",
    ]


def test_spans_from_all_over_time_make_few_segments(store: Store):
    draw = random.Random(5)
    rows = spans([draw.randrange(-(2**62), 2**63 - 1) for _ in range(300)])
    rows[5, "end_ns"] = None
    commit(store, rows=rows)
    assert store.segments <= 64
    assert store.sql("SELECT count(*) AS n FROM spans")["n"].to_list() == [300]
    days = spans([NOON_NS - number * HOUR_NS for number in range(200)], seed=1)
    commit(store, rows=days)
    assert same(store.scan(NOON_NS - 50 * HOUR_NS, NOON_NS, days.columns), days[:50])


def test_segments_without_newer_columns_read_as_null(store: Store, tmp_path: Path):
    rows = minute(30, seed=1)
    commit(store, rows=rows)
    (segment,) = (tmp_path / "data" / "spans").rglob("*.parquet")
    pl.read_parquet(segment, hive_partitioning=False).drop("model", "raw").write_parquet(segment)
    commit(store, 1, minute(30, seed=2))
    assert store.scan(0, 2 * NOON_NS, ["model"])["model"].null_count() == 30
    assert store.sql("SELECT count(*) - count(model) AS n FROM spans")["n"].to_list() == [30]
    assert (
        store.trace(rows["trace_id"][0])["raw"].null_count()
        == rows.filter(pl.col("trace_id") == rows["trace_id"][0]).height
    )
    store.compact(NOON_S + 2 * 3_600)
    assert store.segments == 1
    assert store.scan(0, 2 * NOON_NS, ["model"])["model"].null_count() == 30


def test_a_full_disk_refuses_and_the_next_commit_takes_the_rows(store: Store, tmp_path: Path):
    commit(store, 0, minute(50, seed=1))
    before = {path for path in (tmp_path / "data").rglob("*") if path.is_file()}
    rows = minute(400, seed=2)
    store.append(rows)
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (10_000, hard))
    try:
        with pytest.raises(StoreDown, match="could not be written"):
            store.commit(1, b"state 1", deltas(NOON_NS), NOON_S)
        with pytest.raises(StoreDown, match="could not be written"):
            store.commit(1, bytes(20_000), None, NOON_S)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert {path for path in (tmp_path / "data").rglob("*") if path.is_file()} == before
    assert (store.applied_seq, store.state, store.rows) == (0, b"state 0", 450)
    commit(store, 1)
    assert same(store.scan(0, 2 * NOON_NS, rows.columns), pl.concat([minute(50, seed=1), rows]))


def test_a_failed_compaction_changes_nothing(store: Store):
    truth = [minute(20, seed=number) for number in range(3)]
    for seq, rows in enumerate(truth):
        commit(store, seq, rows)
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1_000, hard))
    try:
        with pytest.raises(StoreDown):
            store.compact(NOON_S + 2 * 3_600)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert store.segments == 3
    assert same(store.scan(0, 2 * NOON_NS, truth[0].columns), pl.concat(truth))


def test_compaction_loses_nothing_and_leaves_no_file_behind(store: Store, tmp_path: Path):
    truth = [minute(50, seed=number, start_ns=NOON_NS + number % 2 * HOUR_NS) for number in range(30)]
    for seq, rows in enumerate(truth):
        commit(store, seq, rows, deltas(NOON_NS + seq))
    store.compact(NOON_S + 3_600)  # the first hour has just ended: late spans may still come
    store.compact(NOON_S + 3 * 3_600)
    assert store.segments == 2
    assert len(list((tmp_path / "data").rglob("*.parquet"))) == 2 + len(store._catalog.manifest.rollup)
    assert same(store.scan(0, 2 * NOON_NS, truth[0].columns), pl.concat(truth))
    found = store.deltas(0)
    assert found is not None
    assert sorted(found["window_ns"]) == [NOON_NS + seq for seq in range(30)]


def test_retention_drops_only_partitions_that_are_wholly_old(store: Store, tmp_path: Path):
    for hour in range(4):
        commit(
            store, hour, minute(10, seed=hour, start_ns=NOON_NS + hour * HOUR_NS), deltas(NOON_NS + hour * 24 * HOUR_NS)
        )
    commit(store, 4, spans([NOON_NS + HOUR_NS + 30 * 60 * SECOND_NS], seed=9))
    assert store.retain(NOON_S + 3 * 3_600, 105 * 60) == 10  # 13:15 is the limit; hour 13 has a span of 13:30
    assert store.rows == 31
    assert not (tmp_path / "data/spans/date=2025-11-20/hour=12").exists()
    assert store.ids_since(0).height == 31
    assert store.retain(NOON_S + 3 * 3_600, 105 * 60) == 0
    found = store.deltas(0)
    assert found is not None
    assert found.height == 3


def test_files_stay_while_somebody_reads_them(store: Store, tmp_path: Path):
    for seq in range(2):
        commit(store, seq, minute(10, seed=seq))
    files = set((tmp_path / "data" / "spans").rglob("*.parquet"))
    with store._catalog.reading():
        store.compact(NOON_S + 2 * 3_600)
        assert files < set((tmp_path / "data" / "spans").rglob("*.parquet"))
    assert len(list((tmp_path / "data" / "spans").rglob("*.parquet"))) == 1


def test_readers_see_every_row_once_while_the_store_changes(store: Store):
    parts = [minute(20, seed=number) for number in range(60)]
    appended = [0]
    faults: list[BaseException] = []
    done = threading.Event()

    def read(count: Callable[[], int]) -> None:
        try:
            while not done.is_set():
                before = appended[0]
                found = count()
                assert before <= found <= appended[0] + 20
                assert found % 20 == 0
        except BaseException as error:
            faults.append(error)
            raise

    def compact() -> None:
        while not done.is_set():
            store.compact(NOON_S + 2 * 3_600)

    readers = [
        lambda: store.ids_since(0).unique().height,
        lambda: store.sql("SELECT count(DISTINCT span_id) AS n FROM spans")["n"][0],
        lambda: store.rows,
    ]
    threads = [threading.Thread(target=read, args=(reader,)) for reader in readers]
    threads.append(threading.Thread(target=compact))
    for thread in threads:
        thread.start()
    for number, part in enumerate(parts):
        store.append(part)
        appended[0] += part.height
        if number % 3 == 0:
            commit(store, number)
    done.set()
    for thread in threads:
        thread.join()
    assert faults == []
    assert same(store.scan(0, 2 * NOON_NS, parts[0].columns), pl.concat(parts))


def test_a_store_needs_no_sql_engine_until_it_is_asked(tmp_path: Path):
    script = (
        "import sys\nfrom pathlib import Path\nfrom spanwise_collector.store import Store\n"
        "store = Store(Path(sys.argv[1]))\nstore.ids_since(0)\nassert 'duckdb' not in sys.modules\n"
        "store.sql('SELECT 1')\nassert 'duckdb' in sys.modules"
    )
    subprocess.run([sys.executable, "-c", script, str(tmp_path)], check=True)
