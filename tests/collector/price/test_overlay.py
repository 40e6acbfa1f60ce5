import pytest

from spanwise_collector.price.overlay import read
from spanwise_collector.price.tariff import BILLED


def test_every_fault_is_told_at_once_with_its_path():
    with pytest.raises(ValueError, match="prices: ") as fault:
        read(
            {
                "qwen": {"qwen-max": {"input": 1}, "qwen-plus": {"input_mtok": -1}, "qwen-turbo": "free"},
                "empty": {},
                "big": {"m": {"input_mtok": 4001, "output_mtok": True}},
            }
        )
    text = str(fault.value)
    for part in (
        "qwen.qwen-max.input: unknown; known are input_mtok",
        "qwen.qwen-max.input_mtok: missing",
        "qwen.qwen-plus.input_mtok: -1 should be USD per million tokens, from 0 to 4000",
        "qwen.qwen-turbo: 'free' should be a mapping",
        "empty: {} should be a mapping that is not empty",
        "big.m.input_mtok: 4001 should be",
        "big.m.output_mtok: True should be",
    ):
        assert part in text


def test_names_are_known_in_any_case():
    assert set(read({"Qwen": {"Qwen-Max": {"input_mtok": "0.4"}}})) == {("qwen", "qwen-max")}


def test_an_hour_in_the_cache_has_a_price_of_its_own():
    told = {"input_mtok": 1, "cache_write_mtok": 1.25, "cache_write_1h_mtok": 3}
    prices = read({"acme": {"m": told}})["acme", "m"]
    hour = BILLED.index("cache_write_1h")
    assert prices.whole[0, 0, 0, hour] == 3_000_000
    assert prices.assumed is None


def test_output_without_a_price_is_paid_like_the_input():
    prices = read({"acme": {"m": {"input_mtok": 3}}})["acme", "m"]
    assert {prices.whole[0, 0, 0, BILLED.index(name)] for name in ("uncached", "output", "reasoning")} == {3_000_000}
