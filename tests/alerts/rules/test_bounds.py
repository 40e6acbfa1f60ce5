from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from spanwise_alerts.rules.bounds import Tier


@given(threshold=st.floats(-1e6, 1e6), value=st.floats(-1e6, 1e6), above=st.booleans(), hysteresis=st.booleans())
def test_a_value_never_breaches_and_clears_at_once(threshold: float, value: float, *, above: bool, hysteresis: bool):
    side, clear = ("above", "clear_below") if above else ("below", "clear_above")
    tier = Tier.model_validate({side: repr(threshold), **({clear: repr(threshold)} if hysteresis else {})})
    assert not (tier.breached(value) and tier.cleared(value))
