from datetime import UTC, datetime
from decimal import Decimal

from genai_prices import Usage, calc_price
from genai_prices.data import providers
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


@st.composite
def usages(draw):
    size = st.integers(0, 600_000)
    input_tokens, output_tokens = draw(size), draw(size)
    read = draw(st.integers(0, input_tokens))
    return {
        "input_tokens": input_tokens,
        "output_tokens": output_tokens,
        "cache_read_tokens": read,
        "cache_write_tokens": draw(st.integers(0, input_tokens - read)),
        "reasoning_tokens": draw(st.integers(0, output_tokens)),
    }


def reference(provider, model, start_s, usage):
    tokens = {("output_reasoning_tokens" if name == "reasoning_tokens" else name): n for name, n in usage.items()}
    moment = datetime.fromtimestamp(start_s, UTC)
    return calc_price(Usage(**tokens), model, provider_id=provider, genai_request_timestamp=moment)


def assert_agrees(row):
    provider, model, start_s = row["provider"], row["model"], row["start_ns"] // 1_000_000_000
    usage = {name: row[name] for name in row if name.endswith("_tokens") and row[name] is not None}
    answer = reference(provider, model, start_s, usage)
    if row["cost_source"] == "unpriced":
        # Ours says "unknown" where the price is not one of tokens or calls; the table's own sum is nothing then.
        assert answer.total_price == 0, row
        return
    assert row["cost_source"] == "computed"
    assert abs(Decimal(row["cost_pico_usd"]) / PICO_PER_USD - answer.total_price) <= Decimal("1e-12"), row


def priced(rows):
    wanted = ("provider", "model", "start_ns", "cost_pico_usd", "cost_source", "input_tokens", "output_tokens",
              "cache_read_tokens", "cache_write_tokens", "reasoning_tokens")  # fmt: skip
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


def test_every_model_costs_what_genai_prices_calculates():
    usage = {"input_tokens": 300_001, "output_tokens": 777, "cache_read_tokens": 1234, "cache_write_tokens": 56,
             "reasoning_tokens": 78}  # fmt: skip
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
