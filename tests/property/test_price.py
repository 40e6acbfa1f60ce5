from datetime import UTC, datetime
from decimal import Decimal

from genai_prices import Usage, calc_price
from genai_prices.data import providers
from genai_prices.types import TieredPrices
from hypothesis import given, settings
from hypothesis import strategies as st

from spanwise_collector.price import PriceBook
from spanwise_schema.money import PICO_PER_USD
from tests.collector.price.frames import calls

BOOK = PriceBook()
MODELS = [
    (provider.id, model.id)
    for provider in providers
    for model in provider.models
    if provider.find_model(model.id, all_providers=providers)  # some are only known by aliases
]
FIRST_S, LAST_S = 1_700_000_000, 1_800_000_000
CONTEXT = {
    None: None,
    "default": None,
    "flex": {"service_tier": "flex"},
    "priority": {"service_tier": "priority"},
    "batch": {"processing": "batch"},
    "fast_mode": {"speed": "fast"},
    "scale": {"service_tier": "scale"},
}
TIERED = [
    (provider.id, model.id)
    for provider in providers
    for model in provider.models
    if model.price_variants and provider.find_model(model.id, all_providers=providers) is model
]


@st.composite
def usages(draw):
    size = st.integers(0, 600_000)
    input_tokens, output_tokens = draw(size), draw(size)
    read = draw(st.integers(0, input_tokens))
    return {
        "input_tokens": input_tokens,
        "output_tokens": output_tokens,
        "cache_read_tokens": read,
        "cache_write_tokens": (written := draw(st.integers(0, input_tokens - read))),
        "cache_write_1h_tokens": draw(st.integers(0, written)),
        "reasoning_tokens": draw(st.integers(0, output_tokens)),
    }


def reference(provider, model, start_s, usage, service_tier):
    """Calculate in plain Python: USD, and whether a price that no list states is in it."""
    tokens = {("output_reasoning_tokens" if name == "reasoning_tokens" else name): n for name, n in usage.items()}
    hour = tokens.pop("cache_write_1h_tokens", 0)
    moment, context = datetime.fromtimestamp(start_s, UTC), CONTEXT[service_tier]

    def told(**more):
        return calc_price(
            Usage(**tokens, **more), model, provider_id=provider, genai_request_timestamp=moment, price_context=context
        )

    answer = told()
    info, price = answer.model, answer.model_price
    stated = set(PRICED) if context is None else tier_prices(provider, info, moment, context)
    parts = {
        "input_mtok": usage["input_tokens"] - usage["cache_read_tokens"] - usage["cache_write_tokens"],
        "output_mtok": usage["output_tokens"] - usage["reasoning_tokens"],
        **{key: usage[name] for key, name in PARTS.items()},
        "cache_write_mtok": usage["cache_write_tokens"] - hour,
        "cache_write_1h_mtok": hour,
        "requests_kcount": 1,
    }
    assumed = any(parts[key] and paid_by(price, key) not in (*stated, None) for key in parts)
    if price.cache_write_1h_mtok is not None:
        return told(cache_write_1h_tokens=hour).total_price, assumed
    if price.cache_write_mtok is None or price.input_mtok is None:
        return answer.total_price, assumed
    size = usage["input_tokens"]
    dearer = 2 * at_size(price.input_mtok, size) - at_size(price.cache_write_mtok, size)
    return answer.total_price + hour * dearer / 1_000_000, assumed or hour > 0


PARTS = {"cache_read_mtok": "cache_read_tokens", "output_reasoning_mtok": "reasoning_tokens"}
WHOLE = {
    "cache_read_mtok": "input_mtok", "cache_write_mtok": "input_mtok", "cache_write_1h_mtok": "cache_write_mtok",
    "output_reasoning_mtok": "output_mtok",
}  # fmt: skip
PRICED = (*WHOLE, "input_mtok", "output_mtok", "requests_kcount")


def paid_by(price, key):
    while key is not None and getattr(price, key) is None:
        key = WHOLE.get(key)
    return key


def at_size(price, size):
    if not isinstance(price, TieredPrices):
        return price
    return next((tier.price for tier in reversed(price.tiers) if size > tier.start), price.base)


def tier_prices(provider, info, moment, context):
    owner = next(one for one in providers if one.id == provider)
    if not any(info is model for model in owner.models):
        return set()
    active = [
        variant.prices
        for variant in info.price_variants or ()
        if all(context.get(key) == value for key, value in variant.when.items())
        and (variant.constraint is None or variant.constraint.active(moment))
    ]
    return {key for key in PRICED for prices in active if getattr(prices, key) is not None}


def assert_agrees(row):
    provider, model, start_s = row["provider"], row["model"], row["start_ns"] // 1_000_000_000
    usage = {name: row[name] or 0 for name in row if name.endswith("_tokens")}
    usd, assumed = reference(provider, model, start_s, usage, row["service_tier"])
    if row["cost_source"] == "unpriced":
        # Ours says "unknown" where the price is not one of tokens or calls; the table's own sum is nothing then.
        assert usd == 0, row
        return
    assert row["cost_source"] == ("estimated" if assumed else "computed"), row
    assert abs(Decimal(row["cost_pico_usd"]) / PICO_PER_USD - usd) <= Decimal("1e-12"), row


def priced(rows):
    wanted = ("provider", "model", "start_ns", "cost_pico_usd", "cost_source", "input_tokens", "output_tokens",
              "cache_read_tokens", "cache_write_tokens", "cache_write_1h_tokens", "reasoning_tokens",
              "service_tier")  # fmt: skip
    return BOOK.price(calls(*rows)).select(wanted).to_dicts()


@given(st.lists(st.tuples(st.sampled_from(MODELS), st.integers(FIRST_S, LAST_S), usages()), min_size=1, max_size=20))
@settings(max_examples=150, deadline=None)
def test_a_cost_is_what_genai_prices_calculates(drawn):
    rows = [
        {"provider": provider, "model": model, "start_ns": start_s * 1_000_000_000, **usage}
        for (provider, model), start_s, usage in drawn
    ]
    for row in priced(rows):
        assert_agrees(row)


@given(
    st.lists(
        st.tuples(
            st.sampled_from(TIERED), st.sampled_from(list(CONTEXT)), st.integers(1_791_000_000, 1_793_000_000), usages()
        ),
        min_size=1, max_size=20,
    )
)  # fmt: skip
@settings(max_examples=150, deadline=None)
def test_a_service_tier_costs_what_genai_prices_calculates_and_says_what_it_assumes(drawn):
    rows = [
        {"provider": provider, "model": model, "service_tier": tier, "start_ns": start_s * 1_000_000_000, **usage}
        for (provider, model), tier, start_s, usage in drawn
    ]
    for row in priced(rows):
        assert_agrees(row)


def test_every_model_costs_what_genai_prices_calculates():
    usage = {"input_tokens": 300_001, "output_tokens": 777, "cache_read_tokens": 1234, "cache_write_tokens": 56,
             "cache_write_1h_tokens": 23, "reasoning_tokens": 78}  # fmt: skip
    rows = [
        {"provider": provider, "model": model, "start_ns": start_s * 1_000_000_000, **usage}
        for provider, model in MODELS
        for start_s in (FIRST_S, 1_760_000_000, LAST_S)
    ]
    for row in priced(rows):
        assert_agrees(row)


@given(st.lists(usages(), min_size=1, max_size=30), st.randoms(use_true_random=False))
@settings(max_examples=50, deadline=None)
def test_costs_add_up_exactly_in_any_order_and_batching(drawn, random):
    rows = [{"model": random.choice(["gpt-4o", "o3", "gpt-5"]), **usage} for usage in drawn]
    whole = sum(row["cost_pico_usd"] for row in priced(rows))
    random.shuffle(rows)
    assert sum(priced([row])[0]["cost_pico_usd"] for row in rows) == whole
