from hypothesis import given
from hypothesis import strategies as st

from spanwise_schema.money import to_pico, to_usd


def test_a_published_price_is_a_whole_number_of_pico_dollars():
    assert to_pico(0.075 / 1_000_000) == 75_000


@given(st.integers(min_value=0, max_value=10**15))
def test_dollars_come_back_to_the_same_pico_dollars(pico):
    assert to_pico(to_usd(pico)) == pico
