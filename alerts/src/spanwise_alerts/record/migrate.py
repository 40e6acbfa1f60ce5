"""Bring the tables of a database to what this version has."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from sqlalchemy import Connection, inspect, text

from spanwise_alerts.errors import RecordError
from spanwise_alerts.record.tables import ALERTS

HEAD: Final = "0003"
"""The newest change of the tables."""

_FOLDER: Final = Path(__file__).with_name("migrations")


def migrate(connection: Connection) -> None:
    """Make or change the tables, all of it or nothing; where nothing is to be done, only look.

    Raises:
        RecordError: the tables are of a newer version, or of one before the first release.
    """
    with connection.begin():
        found = _version(connection)
        if found != HEAD:
            _upgrade(connection, found)


def _version(connection: Connection) -> str | None:
    tables = inspect(connection).get_table_names()
    if "alembic_version" not in tables:
        if ALERTS.name in tables:
            raise RecordError("its tables are of a version before the first release; move the database away")
        return None
    return connection.scalar(text("SELECT version_num FROM alembic_version"))


def _upgrade(connection: Connection, found: str | None) -> None:
    # Alembic takes a while to import, and is needed once a release
    from alembic import command
    from alembic.config import Config
    from alembic.util import CommandError

    config = Config()
    config.set_main_option("script_location", str(_FOLDER).replace("%", "%%"))
    config.attributes["connection"] = connection
    try:
        command.upgrade(config, HEAD)
    except CommandError as error:
        raise RecordError(f"its tables are of version {found!r}, which this version does not know: {error}") from error
