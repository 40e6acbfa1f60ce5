from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spanwise_alerts.quantity import human, quantity, seconds


@pytest.mark.parametrize(
    ("text", "wanted"), [("500ms", 0.5), ("8s", 8), ("2m", 120), ("1m30s", 90), ("1.5h", 5400), ("1d", 86400), (0, 0)]
)
def test_durations_are_read_in_seconds(text: object, wanted: float):
    assert seconds(text) == wanted


@pytest.mark.parametrize("text", ["8", 8, "8 s", "-1s", "s", "", None, True, "1s2", ["1s"]])
def test_what_is_no_duration_is_refused_by_its_value(text: object):
    with pytest.raises(ValueError, match="expected a duration with its unit"):
        seconds(text)


@pytest.mark.parametrize(
    ("text", "value", "sign"),
    [
        ("-2s", -2, "s"),
        ("-$5", -5, "$"),
        ("-30%", -0.3, "%"),
        ("8s", 8, "s"),
        ("5%", 0.05, "%"),
        ("$0.5", 0.5, "$"),
        (0.05, 0.05, ""),
        ("50000", 50000, ""),
        ("1e3", 1000, ""),
    ],
)
def test_amounts_keep_their_sign(text: object, value: float, sign: str):
    assert (quantity(text).value, quantity(text).sign) == (value, sign)


@pytest.mark.parametrize("text", ["", "eight", "nan", "inf", "1e999", None, True, "$", "%", "5 parsecs", [1]])
def test_what_is_no_amount_is_refused(text: object):
    with pytest.raises(ValueError, match="expected an amount"):
        quantity(text)


@pytest.mark.parametrize(
    ("value", "unit", "wanted"),
    [
        (None, "s", "no data"), (0.85, "s", "850 ms"), (8.314, "s", "8.31 s"), (125.0, "s", "2m 5s"),
        (5400.0, "s", "1h 30m"), (0.5, "USD", "$0.50"), (0.00042, "USD", "$0.00042"), (1234.5, "USD", "$1,234.50"),
        (0.052, "%", "5.2 %"), (50000, "{token}", "50,000 tokens"), (2.5, "{call}/s", "2.5 calls/s"), (3, "1", "3"),
    ],
)  # fmt: skip
def test_values_are_told_for_people(value: float | None, unit: str, wanted: str):
    assert human(value, unit) == wanted


@given(st.floats(allow_nan=False, allow_infinity=False), st.sampled_from(["s", "USD", "1", "{token}", "USD/s", "%"]))
def test_every_finite_value_can_be_told(value: float, unit: str):
    assert human(value, unit)
