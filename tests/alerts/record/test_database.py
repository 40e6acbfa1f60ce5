import time

import pytest
from sqlalchemy import text

from spanwise_alerts.record.database import engine_of, try_to_lead
from spanwise_alerts.secret import url_of


def test_json_comes_back_as_it_was(where):
    engine = engine_of(where)
    with engine.connect() as connection:
        assert connection.scalar(text("SELECT 1")) == 1
    engine.dispose()


def test_a_folder_that_is_not_there_is_made_for_its_owner_only(tmp_path):
    engine = engine_of(tmp_path / "new" / "db")
    engine.dispose()
    assert (tmp_path / "new").stat().st_mode & 0o777 == 0o700


def test_the_lock_is_the_connections(server):
    where = url_of(server.database("lock"))
    engine = engine_of(where)
    with engine.connect() as first, engine.connect() as second:
        assert try_to_lead(first)
        assert try_to_lead(first)
        assert not try_to_lead(second)
        first.close()
        end_s = time.monotonic() + 30
        while not try_to_lead(second):  # the server notices in its own time
            assert time.monotonic() < end_s
            time.sleep(0.01)
    engine.dispose()


def test_each_database_has_a_lock_of_its_own(server):
    engines = [engine_of(url_of(server.database(name))) for name in ("here", "there")]
    with engines[0].connect() as here, engines[1].connect() as there:
        assert try_to_lead(here)
        assert try_to_lead(there)
    for engine in engines:
        engine.dispose()


@pytest.mark.parametrize("name", ["keepalives", "tcp_user_timeout"])
def test_a_replica_that_is_gone_without_a_word_is_noticed(server, name):
    engine = engine_of(url_of(server.database(f"alive_{name}")))
    with engine.connect() as connection:
        told = connection.connection.driver_connection.info.get_parameters()
        assert name in told
        assert connection.scalar(text("SHOW tcp_keepalives_idle")) == "2"
    engine.dispose()
