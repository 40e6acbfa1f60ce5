import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import inspect, text

from spanwise_alerts.errors import RecordError
from spanwise_alerts.record import migrate as module
from spanwise_alerts.record.database import engine_of
from spanwise_alerts.record.migrate import HEAD, migrate
from spanwise_alerts.record.tables import METADATA


@pytest.fixture
def connection(where):
    engine = engine_of(where)
    with engine.connect() as found:
        yield found
    engine.dispose()


def test_the_changes_make_the_tables_that_the_code_has(connection):
    migrate(connection)
    with connection.begin():
        assert compare_metadata(MigrationContext.configure(connection), METADATA) == []
        assert connection.scalar(text("SELECT version_num FROM alembic_version")) == HEAD


def test_the_newest_change_is_the_one_that_is_asked_for():
    folder = ScriptDirectory(str(module._FOLDER))
    assert folder.get_current_head() == HEAD


def test_doing_it_again_changes_nothing(connection):
    migrate(connection)
    with connection.begin():
        connection.execute(text("INSERT INTO watched VALUES ('r', 1.0)"))
    migrate(connection)
    with connection.begin():
        assert connection.scalar(text("SELECT count(*) FROM watched")) == 1


def test_tables_of_a_newer_version_are_left_alone(connection):
    migrate(connection)
    with connection.begin():
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(RecordError, match="its tables are of version '9999', which this version does not know"):
        migrate(connection)
    with connection.begin():
        assert "alerts" in inspect(connection).get_table_names()


def test_tables_from_before_the_first_release_are_left_alone(connection):
    with connection.begin():
        connection.execute(text("CREATE TABLE alerts (fingerprint TEXT)"))
    with pytest.raises(RecordError, match="before the first release; move the database away"):
        migrate(connection)
