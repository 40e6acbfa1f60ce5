from __future__ import annotations

import threading
from pathlib import Path

import duckdb
import polars as pl
import pytest

from spanwise_collector.errors import Malformed, TooLarge
from spanwise_collector.store import segments
from spanwise_collector.store.sql import Sql
from tests.collector.store.stored import minute


@pytest.fixture
def written(tmp_path: Path) -> Path:
    path = tmp_path / "it's here" / "a.parquet"
    path.parent.mkdir()
    segments.write(minute(20, seed=1), path)
    return path


def ask(path: Path, text: str, **params: object) -> pl.DataFrame:
    sql = Sql(path.parent)
    try:
        return sql.query(text, params, [path], minute(5, seed=2))
    finally:
        sql.close()


def test_files_and_rows_are_one_view(written: Path):
    assert ask(written, "SELECT count(*) AS n FROM spans WHERE kind = $kind;", kind=3)["n"].to_list() == [25]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("SELEC", "syntax error"),
        ("SELECT nope FROM spans", '"nope" not found'),
        ("SELECT 'x'::INT", "Could not convert"),
        ("SELECT $name", "query: "),
        ("SELECT error('mine')", "mine"),
    ],
)
def test_a_faulty_query_is_told_what_is_wrong(written: Path, text: str, message: str):
    with pytest.raises(Malformed, match=message):
        ask(written, text)


def test_a_query_that_needs_too_much_memory_is_refused(written: Path):
    text = "SELECT repeat(a.name, 10000) AS x FROM spans a, spans b, spans c ORDER BY a.duration_ns, x"
    with pytest.raises(TooLarge, match="needs more than 256MiB"):
        ask(written, text)


def test_an_answer_without_end_is_refused(written: Path):
    with pytest.raises(TooLarge, match="more than 100000 rows; add a LIMIT"):
        ask(written, "SELECT a.name FROM spans a, range(1000000)")


def test_files_outside_cannot_be_read_even_past_the_check(
    written: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("spanwise_collector.store.statement.check", lambda _: None)
    (tmp_path / "secret.txt").write_text("secret")
    for text in (
        f"SELECT * FROM read_text('{tmp_path}/secret.txt')",
        f"COPY (SELECT 1) TO '{tmp_path}/stolen.csv'",
        f"ATTACH '{tmp_path}/other.db'",
        "SET enable_external_access = true",
        "INSTALL httpfs",
    ):
        with pytest.raises((Malformed, duckdb.PermissionException)):
            ask(written, text)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["it's here", "secret.txt"]


def test_many_threads_may_ask_at_once(written: Path):
    sql = Sql(written.parent)
    answers: list[int] = []

    def run(count: int) -> None:
        for _ in range(10):
            found = sql.query("SELECT count(*) AS n FROM spans", None, [written], minute(count, seed=count))
            answers.append(found["n"][0] - count)

    threads = [threading.Thread(target=run, args=(count,)) for count in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    sql.close()
    assert answers == [20] * 40
