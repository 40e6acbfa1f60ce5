from __future__ import annotations

import duckdb
import pytest

from spanwise_collector.errors import Malformed
from spanwise_collector.store import statement


def check(text: str) -> None:
    serialised = duckdb.execute("SELECT json_serialize_sql($text)", {"text": text}).fetchall()[0][0]
    statement.check(serialised)


@pytest.mark.parametrize(
    "text",
    [
        "SELECT 1",
        "SELECT * FROM Spans;",
        "FROM spans",
        "WITH s AS (SELECT 1 AS x) SELECT count(*) FROM S, spans WHERE trace_id IN (SELECT trace_id FROM spans)",
        "WITH RECURSIVE r AS (SELECT 1 AS n UNION ALL SELECT n + 1 FROM r WHERE n < 5) SELECT sum(n) FROM r",
        "SELECT a.model FROM spans a JOIN spans b USING (trace_id) UNION ALL SELECT tool FROM spans",
        "SELECT * FROM range(3), unnest([1, 2]), (VALUES (1)) AS t(x), LATERAL (SELECT 1)",
        "SELECT * FROM spans TABLESAMPLE 10 ROWS",
        "SELECT model, row_number() OVER (PARTITION BY model ORDER BY end_ns) FROM spans QUALIFY 1 = 1",
    ],
)
def test_questions_about_spans_may_be_asked(text: str):
    check(text)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "0 statements, expected 1"),
        ("SELECT 1; SELECT 2", "2 statements, expected 1"),
        ("COPY spans TO 'x'", "only SELECT is allowed"),
        ("CREATE TABLE x AS SELECT 1", "only SELECT is allowed"),
        ("DROP VIEW spans", "only SELECT is allowed"),
        ("SET threads = 8", "only SELECT is allowed"),
        ("PRAGMA database_list", "only SELECT is allowed"),
        ("SELECT * FROM read_text('/etc/passwd')", r"read_text\(\) is not allowed"),
        ("SELECT (SELECT count(*) FROM read_blob('/etc/passwd'))", r"read_blob\(\) is not allowed"),
        ("SELECT 1 FROM spans WHERE name IN (FROM glob('/'))", r"glob\(\) is not allowed"),
        ("WITH a AS (FROM read_csv('/etc/passwd')) FROM a", r"read_csv\(\) is not allowed"),
        ("SELECT * FROM query('SELECT 1')", r"query\(\) is not allowed"),
        ("SELECT * FROM duckdb_settings()", r"duckdb_settings\(\) is not allowed"),
        ("FROM '/etc/passwd.csv'", "unknown table '/etc/passwd.csv', expected spans"),
        ("FROM unwritten", "unknown table 'unwritten', expected spans"),
        ("FROM information_schema.tables", "unknown table 'tables', expected spans"),
        ("FROM memory.main.spans", "unknown table 'spans', expected spans"),
        ('SELECT 1 WHERE 1 IN (WITH "/x.csv" AS (SELECT 1) FROM "/x.csv")', "WITH name '/x.csv'"),
        ("SUMMARIZE spans", "SHOW_REF is not allowed"),
        ("SELECT current_setting('home_directory')", r"current_setting\(\) is not allowed"),
        ("SELECT Getvariable('x')", r"is not allowed"),
    ],
)
def test_nothing_else_may_be_asked(text: str, message: str):
    with pytest.raises(Malformed, match=message):
        check(text)
