"""The user's own prices, which go before the published ones."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import Final, cast

from spanwise_collector.price.tariff import Rate, Rates, Tariff, complete, rate, tariff

OVERLAY: Final = "overlay"
"""What `price_version` says of a price from here."""

_PER_MTOK: Final = 1_000_000
_HIGHEST_USD: Final = 4000  # keeps the cost of any call within 64 bits of pico-USD

_KEYS: Final = {
    "input_mtok": "uncached",
    "output_mtok": "output",
    "cache_read_mtok": "cache_read",
    "cache_write_mtok": "cache_write",
    "cache_write_1h_mtok": "cache_write_1h",
    "output_reasoning_mtok": "reasoning",
}


def read(overlay: Mapping[str, object]) -> dict[tuple[str, str], Tariff]:
    """Check and lay out `{provider: {model: {input_mtok: USD, output_mtok: USD, ...}}}`.

    Returns tariffs by (provider, model), both in lower case. Raises ValueError that lists every fault with its path.
    """
    faults: list[str] = []
    tariffs: dict[tuple[str, str], Tariff] = {}
    for provider, models in overlay.items():
        for model, prices in _mapping(models, provider, faults).items():
            path = f"{provider}.{model}"
            rates = _rates(_mapping(prices, path, faults), path, faults)
            tariffs[provider.lower(), model.lower()] = tariff(lambda _, rates=rates: rates, (), ())
    if faults:
        raise ValueError("prices: " + "; ".join(faults))
    return tariffs


def _mapping(value: object, path: str, faults: list[str]) -> Mapping[str, object]:
    if isinstance(value, Mapping) and value:
        return cast("Mapping[str, object]", value)
    faults.append(f"{path}: {value!r} should be a mapping that is not empty")
    return {}


def _rates(prices: Mapping[str, object], path: str, faults: list[str]) -> Rates:
    rates: dict[str, Rate] = {}
    for key, value in prices.items():
        if key not in _KEYS:
            faults.append(f"{path}.{key}: unknown; known are {', '.join(_KEYS)}")
        elif (usd := _usd(value)) is None:
            faults.append(f"{path}.{key}: {value!r} should be USD per million tokens, from 0 to {_HIGHEST_USD}")
        else:
            rates[_KEYS[key]] = rate(usd, _PER_MTOK)
    if prices and "input_mtok" not in prices:
        faults.append(f"{path}.input_mtok: missing")
    if "uncached" in rates:
        rates.setdefault("output", rates["uncached"])
    return complete(rates)


def _usd(value: object) -> Decimal | None:
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        usd = Decimal(str(value))
    except InvalidOperation:
        return None
    return usd if usd.is_finite() and 0 <= usd <= _HIGHEST_USD else None
