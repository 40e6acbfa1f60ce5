import logging

import pytest

from spanwise import guard


def test_fault_is_swallowed_counted_and_logged_once(caplog):
    @guard.guarded
    def broken():
        raise RuntimeError("ours")

    with caplog.at_level(logging.WARNING, "spanwise"):
        assert [broken(), broken()] == [None, None]
    (place,) = [place for place in guard.faults() if place.endswith("broken")]
    assert guard.faults()[place] == 2
    assert len(caplog.records) == 1
    assert "not affected" in caplog.text


def test_fault_is_raised_where_asked():
    @guard.guarded
    def broken():
        raise RuntimeError("ours")

    guard.configure(raise_faults=True)
    try:
        with pytest.raises(RuntimeError, match="ours"):
            broken()
    finally:
        guard.configure(raise_faults=False)


def test_result_and_exits_of_the_program_pass():
    @guard.guarded
    def leave():
        raise SystemExit(3)

    assert guard.guarded(lambda: 5)() == 5
    with pytest.raises(SystemExit):
        leave()
