import pytest
from opentelemetry._logs import NoOpLoggerProvider
from opentelemetry.sdk._logs import LoggerProvider

from spanwise.content import events


@pytest.fixture
def provider(monkeypatch):
    def use(made):
        monkeypatch.setattr("spanwise.content.events.get_logger_provider", lambda: made)

    events._say_once.cache_clear()
    yield use
    events._say_once.cache_clear()


def test_where_no_logger_provider_is_set_that_is_said_once(caplog):
    events._say_once.cache_clear()
    assert events.logger() is None
    assert events.logger() is None
    (record,) = caplog.records
    assert "no logger provider is set" in record.message


def test_a_provider_that_does_nothing_is_none(provider):
    provider(NoOpLoggerProvider())
    assert events.logger() is None


def test_a_provider_of_the_application_gives_the_logger(provider):
    made = LoggerProvider(shutdown_on_exit=False)
    provider(made)
    assert events.logger() is not None
    made.shutdown()
