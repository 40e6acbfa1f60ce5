import msgspec
import pytest

from spanwise.apis.billed import Billed


def cost_usd(**usage) -> float | None:
    return msgspec.convert(usage, Billed).cost_usd()


@pytest.mark.parametrize(
    ("usage", "usd"),
    [
        ({"cost": 0.95, "is_byok": False, "cost_details": {"upstream_inference_cost": 0.95}}, 0.95),
        ({"cost": 0.95, "is_byok": True, "cost_details": {"upstream_inference_cost": 19}}, 19.95),
        ({"cost": {"input_tokens_cost": 0.001, "request_cost": 0.005, "total_cost": 0.0065}}, 0.0065),
        ({"cost_in_usd_ticks": 37_756_000}, 0.0037756),
        ({"estimated_cost": 2.68e-5}, 2.68e-5),
        ({"cost": 0}, 0.0),
        ({}, None),
    ],
    ids=["openrouter", "openrouter with a key of one's own", "perplexity", "xai", "deepinfra", "free", "untold"],
)
def test_cost_is_read_where_each_provider_puts_it(usage, usd):
    assert cost_usd(**usage) == usd


@pytest.mark.parametrize(
    "usage",
    [
        {"cost": -1},
        {"cost": "0.5"},
        {"cost": True},
        {"cost": [0.5]},
        {"cost": {}},
        {"cost": 10**400},
        {"cost": {"total_cost": None}},
        {"cost_in_usd_ticks": -5},
        {"estimated_cost": {}},
    ],
)
def test_what_is_no_cost_is_not_told(usage):
    assert cost_usd(**usage) is None


@pytest.mark.parametrize("details", [None, {}, {"upstream_inference_cost": None}, "19"])
def test_charge_without_what_the_provider_takes_besides_is_no_cost(details):
    assert cost_usd(cost=0.95, is_byok=True, cost_details=details) is None
