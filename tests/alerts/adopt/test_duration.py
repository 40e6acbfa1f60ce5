from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spanwise_alerts.adopt.duration import read, write
from spanwise_alerts.quantity import seconds


@pytest.mark.parametrize(
    ("text", "duration_s"),
    [("30s", 30), ("5m", 300), ("1h30m", 5400), ("500ms", 0.5), ("1y", 31_536_000), ("2w", 1_209_600), ("0", 0)],
)
def test_alertmanagers_durations_are_read(text: str, duration_s: float):
    assert read(text) == duration_s


@pytest.mark.parametrize("raw", ["", "5", 5, "1.5h", "1s1m", "-1s", None, "m"])
def test_what_is_none_is_refused(raw: object):
    with pytest.raises(ValueError, match="expected a duration such as 30s"):
        read(raw)


@given(st.integers(0, 10**11))
def test_what_is_written_is_read_by_both(milliseconds: int):
    text = write(milliseconds / 1000)
    assert read(text) == pytest.approx(milliseconds / 1000)
    assert seconds(text) == pytest.approx(milliseconds / 1000)
