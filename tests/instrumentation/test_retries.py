import pytest

from spanwise import retries


@pytest.fixture(autouse=True)
def _empty():
    retries.forget()
    yield
    retries.forget()


@pytest.mark.parametrize("reason", ["408", "409", "429", "500", "529", "ConnectError", "ReadTimeout"])
def test_failure_that_may_pass_is_remembered_once(reason):
    retries.failed(("a",), reason, 1)
    assert retries.repeated(("b",)) is None
    assert retries.repeated(("a",)).reason == reason
    assert retries.repeated(("a",)) is None


@pytest.mark.parametrize("reason", ["400", "401", "404", "CancelledError", "KeyboardInterrupt"])
def test_failure_that_stays_is_not_remembered(reason):
    retries.failed(("a",), reason, 1)
    assert not retries.FAILURES


def test_old_failure_is_no_reason_any_more(monkeypatch):
    retries.failed(("a",), "500", 1)
    monkeypatch.setattr(retries, "KEPT_NS", -1)
    assert retries.repeated(("a",)) is None


def test_only_the_last_failures_are_kept(monkeypatch):
    monkeypatch.setattr(retries, "MOST", 2)
    for key in "abc":
        retries.failed((key,), "500", 1)
    assert retries.repeated(("a",)) is None
    assert retries.repeated(("c",)) is not None
