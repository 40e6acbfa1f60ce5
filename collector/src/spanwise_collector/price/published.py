"""The published prices: the data of genai-prices, read only; its updater is never started."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import TYPE_CHECKING, Final

from spanwise_collector.price.tariff import Rate, Rates, Tariff, complete, rate, tariff

if TYPE_CHECKING:
    from genai_prices.types import (
        ConditionalPrice,
        ModelInfo,
        ModelPrice,
        PriceVariant,
        Provider,
        StartDateConstraint,
        TimeOfDateConstraint,
    )

_PER_MTOK: Final = 1_000_000
_PER_KCOUNT: Final = 1000

_OF: Final = {
    "uncached": "input_mtok",
    "output": "output_mtok",
    "cache_read": "cache_read_mtok",
    "cache_write": "cache_write_mtok",
    "cache_write_1h": "cache_write_1h_mtok",
    "reasoning": "output_reasoning_mtok",
}
_CALL: Final = "requests_kcount"
_KEYS: Final = frozenset((*_OF.values(), _CALL))

_STANDARD: Final = "default"
_TIER_KEY: Final = "service_tier"
_TIERS: Final = {"batch": ("processing", "batch"), "fast_mode": ("speed", "fast")}
"""A service tier -> key and value that genai-prices knows it by, where that is not itself under `_TIER_KEY`."""


def version() -> str:
    """Name the price table and its version."""
    import genai_prices

    return f"genai-prices {genai_prices.__version__}"


def find(provider_id: str | None, model: str, service_tier: str | None = None) -> Tariff | None:
    """Find a model's prices; null when the provider or the model is unknown.

    Takes the provider as genai-prices names it; without one the model's name decides whose it is. Where a service
    tier has no price, the standard one is assumed.
    """
    # Not through its lookup functions: they remember every unknown name for ever.
    from genai_prices.data import providers
    from genai_prices.data_snapshot import find_provider_by_id

    owner = _owner_of(model, providers) if provider_id is None else find_provider_by_id(providers, provider_id)
    info = owner.find_model(model, all_providers=providers) if owner else None
    if owner is None or info is None:
        return None
    # Who sells another's model has service tiers of his own.
    is_own = any(info is model for model in owner.models)
    return _tariff(info, _context(service_tier), info.price_variants or () if is_own else ())


def _owner_of(model: str, providers: list[Provider]) -> Provider | None:
    name = model.lower()
    return next((owner for owner in providers if owner.model_match and owner.model_match.is_match(name)), None)


def _context(service_tier: str | None) -> dict[str, str]:
    return {} if service_tier in (None, _STANDARD) else dict([_TIERS.get(service_tier, (_TIER_KEY, service_tier))])


def _tariff(info: ModelInfo, context: dict[str, str] | None = None, variants: Sequence[PriceVariant] = ()) -> Tariff:
    """Lay out a model's prices: the standard ones, or those in a context that these variants of it name."""
    named = [variant for variant in variants if context and variant.when.items() <= context.items()]

    def rates_at(moment: datetime) -> Rates:
        price = info.get_prices(moment, context if named else None)
        assumed = _KEYS - _stated(named, moment) if context else frozenset[str]()
        return _rates(price, assumed, free=info.id.endswith(":free"))

    changes = [change for one in (*_conditions(info), *named) for change in _changes(one.constraint)]
    days = [change for change in changes if isinstance(change, date)]
    return tariff(rates_at, days, [change for change in changes if isinstance(change, time)])


def _stated(variants: Sequence[PriceVariant], moment: datetime) -> frozenset[str]:
    active = [one for one in variants if one.constraint is None or one.constraint.active(moment)]
    return frozenset(key for one in active for key, price in vars(one.prices).items() if price is not None)


def _conditions(info: ModelInfo) -> Sequence[ConditionalPrice]:
    return info.prices if isinstance(info.prices, list) else ()


def _changes(constraint: StartDateConstraint | TimeOfDateConstraint | None) -> Iterator[date | time]:
    from genai_prices.types import StartDateConstraint, TimeOfDateConstraint

    match constraint:
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


def _rates(price: ModelPrice, assumed: frozenset[str], *, free: bool) -> Rates:
    """Turn a price into rates per token; what is not paid by tokens or calls (audio hours, pages) has none."""
    rates = {
        name: replace(found, assumed=key in assumed)
        for name, key in _OF.items()
        if (found := _rate(price, key, _PER_MTOK))
    }
    if not rates:
        return {"call": Rate(Decimal(0))} if free else {}
    call = _rate(price, _CALL, _PER_KCOUNT)
    return complete({**rates, "call": replace(call, assumed=_CALL in assumed)} if call else rates)


def _rate(price: ModelPrice, key: str, per: int) -> Rate | None:
    from genai_prices.types import TieredPrices

    value = getattr(price, key)
    if value is None:
        return None
    if isinstance(value, TieredPrices):
        return rate(value.base, per, [(tier.start, tier.price) for tier in value.tiers])
    return rate(value, per)
