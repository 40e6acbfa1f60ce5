"""SQL over spans: DuckDB in a box that reaches nothing but the segments and the rows not yet written."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Final

import polars as pl

from spanwise_collector.errors import Malformed, TooLarge
from spanwise_collector.store import statement
from spanwise_collector.store.segments import SCHEMA
from spanwise_schema.columns import STORED, Kind

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

MAX_ROWS: Final = 100_000
_TYPES: Final[dict[Kind, str]] = {
    "bytes": "BLOB", "str": "VARCHAR", "i64": "BIGINT", "f64": "DOUBLE", "bool": "BOOLEAN", "strings": "VARCHAR[]",
}  # fmt: skip
_COLUMNS: Final = ", ".join(
    f"'{name}': {{name: '{name}', type: '{_TYPES[kind]}', default_value: NULL}}" for name, kind in STORED.items()
)
_SETTINGS: Final[dict[str, str | bool | int | float | list[str]]] = {
    "threads": 2,
    "memory_limit": "256MiB",
    "temp_directory": "",  # nothing is spilled beside the user's data
    "autoinstall_known_extensions": False,
    "autoload_known_extensions": False,
    "python_enable_replacements": False,
}


class _Rows:
    """A frame as DuckDB takes it without pyarrow."""

    def __init__(self, frame: pl.DataFrame) -> None:
        self._frame = frame

    def __arrow_c_stream__(self, requested_schema: object | None = None) -> object:
        return self._frame.__arrow_c_stream__(requested_schema)


class Sql:
    """Answer queries over Parquet files and a frame; may be used from many threads at once.

    DuckDB is loaded by the first query: it costs 43 MiB and 150 ms.

    Args:
        segments: the only folder that queries can read from.
    """

    def __init__(self, segments: Path) -> None:
        self._segments = segments.resolve()
        self._lock = Lock()
        self._database: DuckDBPyConnection | None = None

    def query(
        self, text: str, params: Mapping[str, object] | None, paths: Sequence[Path], rows: pl.DataFrame
    ) -> pl.DataFrame:
        """Run one SELECT over the view `spans` = `paths` + `rows`, with named parameters (`$name`).

        Raises Malformed for a query that is none or may not be asked, TooLarge for one that needs too much memory
        or answers more than MAX_ROWS.
        """
        import duckdb

        with self._lock:
            if self._database is None:
                self._database = self._open()
            cursor = self._database.cursor()
        try:
            serialised = cursor.execute("SELECT json_serialize_sql($text)", {"text": text}).fetchall()[0][0]
            statement.check(str(serialised))
            _make_view(cursor, paths, rows)
            answer = pl.DataFrame(cursor.sql(text, params=dict(params) if params else None).limit(MAX_ROWS + 1))
        except duckdb.OutOfMemoryException as error:
            raise TooLarge(f"query: needs more than {_SETTINGS['memory_limit']}; ask for less at a time") from error
        except (duckdb.ProgrammingError, duckdb.DataError, duckdb.NotSupportedError) as error:
            raise Malformed(f"query: {error}") from error
        finally:
            cursor.close()
        if answer.height > MAX_ROWS:
            raise TooLarge(f"query: answers more than {MAX_ROWS} rows; add a LIMIT")
        return answer

    def close(self) -> None:
        """Let go of the memory."""
        with self._lock:
            if self._database is not None:
                self._database.close()
                self._database = None

    def _open(self) -> DuckDBPyConnection:
        import duckdb

        database = duckdb.connect(":memory:", config=_SETTINGS)
        folder = str(self._segments).replace("'", "''")
        for setting in (
            "parquet_metadata_cache = true",
            f"allowed_directories = ['{folder}/']",
            "enable_external_access = false",
            "lock_configuration = true",
        ):
            database.execute(f"SET {setting}")
        return database


def _make_view(cursor: DuckDBPyConnection, paths: Sequence[Path], rows: pl.DataFrame) -> None:
    cursor.register("unwritten", _Rows(rows.select(SCHEMA.names())))
    sources = ["SELECT * FROM unwritten"]
    if paths:
        files = ", ".join("'" + str(path.resolve()).replace("'", "''") + "'" for path in paths)
        sources.append(f"FROM read_parquet([{files}], schema = MAP {{{_COLUMNS}}}, hive_partitioning = false)")
    cursor.execute(f"CREATE TEMP VIEW {statement.VIEW} AS {' UNION ALL '.join(sources)}")
