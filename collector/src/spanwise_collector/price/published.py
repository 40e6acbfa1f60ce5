"""The published prices: the data of genai-prices, read only; its updater is never started."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import TYPE_CHECKING, Final

from spanwise_collector.price.tariff import Rate, Rates, Tariff, complete, rate, tariff

if TYPE_CHECKING:
    from genai_prices.types import ModelInfo, ModelPrice, Provider

_PER_MTOK: Final = 1_000_000
_PER_KCOUNT: Final = 1000

_OF: Final = {
    "uncached": "input_mtok",
    "output": "output_mtok",
    "cache_read": "cache_read_mtok",
    "cache_write": "cache_write_mtok",
    "reasoning": "output_reasoning_mtok",
}


def version() -> str:
    """Name the price table and its version."""
    import genai_prices

    return f"genai-prices {genai_prices.__version__}"


def find(provider_id: str | None, model: str) -> Tariff | None:
    """Find a model's prices; null when the provider or the model is unknown.

    Takes the provider as genai-prices names it; without one the model's name decides whose it is.
    """
    # Not through its lookup functions: they remember every unknown name for ever.
    from genai_prices.data import providers
    from genai_prices.data_snapshot import find_provider_by_id

    owner = _owner_of(model, providers) if provider_id is None else find_provider_by_id(providers, provider_id)
    info = owner.find_model(model, all_providers=providers) if owner else None
    return _tariff(info) if info else None


def _owner_of(model: str, providers: list[Provider]) -> Provider | None:
    name = model.lower()
    return next((owner for owner in providers if owner.model_match and owner.model_match.is_match(name)), None)


def _tariff(info: ModelInfo) -> Tariff:
    def rates_at(moment: datetime) -> Rates:
        return _rates(info.get_prices(moment), free=info.id.endswith(":free"))

    changes = list(_changes(info))
    days = [change for change in changes if isinstance(change, date)]
    return tariff(rates_at, days, [change for change in changes if isinstance(change, time)])


def _changes(info: ModelInfo) -> Iterator[date | time]:
    from genai_prices.types import ConditionalPrice, StartDateConstraint, TimeOfDateConstraint

    prices = info.prices if isinstance(info.prices, list) else list[ConditionalPrice]()
    for price in prices:
        match price.constraint:
            case StartDateConstraint(start_date=day):
                yield day
            case TimeOfDateConstraint(start_time=start, end_time=end):
                yield _utc(start)
                yield _utc(end)
            case None:
                pass


def _utc(clock: time) -> time:
    moment = datetime.combine(date(1970, 1, 1), clock)
    return (moment if moment.tzinfo is None else moment.astimezone(UTC)).time()


def _rates(price: ModelPrice, *, free: bool) -> Rates:
    """Turn a price into rates per token; what is not paid by tokens or calls (audio hours, pages) has none."""
    rates = {name: found for name, key in _OF.items() if (found := _rate(price, key, _PER_MTOK))}
    if not rates:
        return {"call": Rate(Decimal(0))} if free else {}
    call = _rate(price, "requests_kcount", _PER_KCOUNT)
    return complete({**rates, "call": call} if call else rates)


def _rate(price: ModelPrice, key: str, per: int) -> Rate | None:
    from genai_prices.types import TieredPrices

    value = getattr(price, key)
    if value is None:
        return None
    if isinstance(value, TieredPrices):
        return rate(value.base, per, [(tier.start, tier.price) for tier in value.tiers])
    return rate(value, per)
