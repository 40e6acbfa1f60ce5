"""The connection to the database: SQLite beside the process, or PostgreSQL for several replicas."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

import msgspec
from sqlalchemy import URL, Connection, Engine, create_engine, event, text
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.pool import ConnectionPoolEntry, NullPool

_LOCK: Final = 0x5370616E77697365
"""The advisory lock that the active replica holds: "Spanwise" in ASCII; one in each database."""

_SURE: Final[dict[str, Any]] = {
    "connect_timeout": 5, "keepalives": 1, "keepalives_idle": 2, "keepalives_interval": 1, "keepalives_count": 3,
    "tcp_user_timeout": 5000, "application_name": "spanwise-alerts",
    # the server lets go of the lock of a replica that is gone without a word as soon as that
    "options": "-c tcp_keepalives_idle=2 -c tcp_keepalives_interval=1 -c tcp_keepalives_count=3",
}  # fmt: skip
"""Either end notices within some seconds that the other one is gone."""


def engine_of(where: Path | URL) -> Engine:
    """Make the engine of a SQLite file, whose folder is made, or of a PostgreSQL."""
    codec: dict[str, Any] = {"json_serializer": _json, "json_deserializer": msgspec.json.decode}
    if isinstance(where, URL):
        return create_engine(where, connect_args=_SURE, poolclass=NullPool, hide_parameters=True, **codec)
    where.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    engine = create_engine(f"sqlite:///{where}", poolclass=NullPool, **codec)
    event.listen(engine, "connect", _durable)
    return engine


def try_to_lead(connection: Connection) -> bool:
    """Become the active replica unless another one is; a SQLite file has one process only.

    The lock is the connection's: whoever loses the connection can neither lead nor write any more.
    """
    if connection.dialect.name == "sqlite":
        return True
    with connection.begin():
        return bool(connection.scalar(text("SELECT pg_try_advisory_lock(:lock)"), {"lock": _LOCK}))


def _json(value: object) -> str:
    return msgspec.json.encode(value).decode()


def _durable(connection: DBAPIConnection, _: ConnectionPoolEntry) -> None:
    cursor = connection.cursor()
    cursor.execute("PRAGMA journal_mode=WAL")
    cursor.execute("PRAGMA synchronous=FULL")
    cursor.execute("PRAGMA busy_timeout=5000")
    cursor.close()
