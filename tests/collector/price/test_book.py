import subprocess
import sys
from datetime import UTC, datetime

import polars as pl
import pytest

from spanwise_collector.price import PriceBook
from tests.collector.price.frames import calls

BOOK = PriceBook()
PICO = 1_000_000


def priced(**row):
    return BOOK.price(calls(row)).select("cost_pico_usd", "cost_source").row(0)


def at(*moment):
    return int(datetime(*moment, tzinfo=UTC).timestamp()) * 1_000_000_000


def test_a_call_costs_its_tokens():
    frame = BOOK.price(calls({}))
    row = frame.row(0, named=True)
    assert row["cost_pico_usd"] == 1000 * 2_500_000 + 100 * 10_000_000
    assert row["cost_source"] == "computed"
    assert row["price_version"].startswith("genai-prices ")


def test_the_columns_have_the_types_of_the_schema_even_without_calls():
    expected = {"cost_pico_usd": pl.Int64(), "cost_source": pl.String(), "price_version": pl.String()}
    for frame in (calls(), calls({"category": "tool"}), calls({})):
        assert dict(list(BOOK.price(frame).schema.items())[-3:]) == expected


def test_cached_tokens_are_not_paid_twice():
    assert priced(cache_read_tokens=400)[0] == 600 * 2_500_000 + 400 * 1_250_000 + 100 * 10_000_000


def test_a_part_without_its_own_price_is_paid_like_the_whole():
    whole = priced(model="gpt-4", cache_read_tokens=None)
    assert priced(model="gpt-4", cache_read_tokens=400, reasoning_tokens=50) == whole


@pytest.mark.parametrize(("input_tokens", "usd"), [(200_000, 0.25), (200_001, 0.5000025)])
def test_the_size_of_each_call_decides_its_tier(input_tokens, usd):
    cost, _ = priced(provider="gcp.gemini", model="gemini-2.5-pro", input_tokens=input_tokens, output_tokens=0)
    assert cost == round(usd * 1e12)


def test_a_call_is_paid_at_the_price_of_its_own_day():
    before, after = (priced(model="o3", start_ns=at(2025, month, 1))[0] for month in (5, 7))
    assert (before, after) == (1000 * 10 * PICO + 100 * 40 * PICO, 1000 * 2 * PICO + 100 * 8 * PICO)


def test_a_call_is_paid_at_the_price_of_its_hour():
    day, night = (priced(provider="deepseek", model="deepseek-chat", start_ns=at(2026, 3, 1, h))[0] for h in (12, 20))
    assert day == 2 * night


@pytest.mark.parametrize(
    "row",
    [
        {"model": "no-such-model"}, {"provider": "no-such-provider"}, {"model": None}, {"input_tokens": None},
        {"output_tokens": None}, {"input_tokens": None, "output_tokens": None}, {"cache_read_tokens": 1001},
        {"reasoning_tokens": 101, "output_tokens": 100}, {"input_tokens": -1}, {"input_tokens": 2**62},
        {"error_type": "timeout", "output_tokens": None}, {"model": "whisper-1"}, {"model": ""},
    ],
)  # fmt: skip
def test_what_has_no_known_price_is_unpriced_and_never_free(row):
    assert priced(**row) == (None, "unpriced")


def test_a_failed_call_without_tokens_is_not_billable():
    assert priced(error_type="429", input_tokens=None, output_tokens=None) == (None, None)
    assert priced(error_type="broken", input_tokens=10, output_tokens=1) == (35 * PICO, "computed")


@pytest.mark.parametrize("category", ["tool", "agent", "workflow", None])
def test_only_calls_of_a_model_cost(category):
    assert priced(category=category, input_tokens=None, output_tokens=None) == (None, None)


def test_an_agents_sum_is_priced_as_a_call_of_its_model():
    assert priced(category="agent") == priced()
    assert priced(category="tool") == (None, None)


def test_an_embedding_needs_no_output_tokens():
    row = {"operation": "embeddings", "model": "text-embedding-3-small", "output_tokens": None}
    assert priced(**row) == (1000 * 20_000, "computed")


def test_a_model_that_is_free_costs_nothing():
    assert priced(provider="openrouter", model="deepseek/deepseek-chat-v3-0324:free") == (0, "computed")


def test_estimated_tokens_make_an_estimated_cost():
    assert priced(token_basis="estimated")[1] == "estimated"


def test_a_fine_tuned_model_without_a_price_is_estimated_by_its_base():
    assert priced(model="ft:gpt-5:acme::x1") == (priced(model="gpt-5")[0], "estimated")


def test_the_answering_model_is_paid_where_it_differs():
    assert priced(model="alias", response_model="gpt-4o") == priced()
    assert priced(model="gpt-4o", response_model="unheard-of") == priced()


@pytest.mark.parametrize(
    ("provider", "model"),
    [
        ("x_ai", "grok-4"), ("aws.bedrock", "anthropic.claude-3-haiku-20240307-v1:0"), ("azure.ai.openai", "gpt-4o"),
        ("gcp.vertex_ai", "gemini-2.5-pro"), ("gcp.gen_ai", "models/gemini-2.5-pro"),
        ("mistral_ai", "mistral-large-latest"),
        ("moonshot_ai", "kimi-k2-0905-preview"), ("openai", "openai/gpt-4o"), (None, "azure/gpt-4o"),
        (None, "claude-sonnet-4-5"), ("openrouter", "openai/gpt-4o"), ("groq", "llama-3.3-70b-versatile"),
        ("openai", "GPT-4o"),
    ],
)  # fmt: skip
def test_providers_and_models_are_known_by_their_usual_names(provider, model):
    assert priced(provider=provider, model=model)[1] == "computed"


def test_a_price_of_the_users_own_goes_first():
    book = PriceBook({"openai": {"GPT-4o": {"input_mtok": 1, "output_mtok": "2.5"}}})
    frame = book.price(calls({}, {"model": "gpt-4o-mini"}))
    assert frame["cost_pico_usd"][0] == 1000 * PICO + 100 * 2_500_000
    assert frame["price_version"][0] == "overlay"
    assert frame["price_version"][1].startswith("genai-prices")


def test_rows_keep_their_order_whatever_they_are():
    rows = [{"category": "tool"}, {}, {"model": "nope"}, {"model": "gpt-4o-mini"}, {"category": None}, {}]
    frame = BOOK.price(calls(*rows))
    assert frame["cost_source"].to_list() == [None, "computed", "unpriced", "computed", None, "computed"]
    assert frame["cost_pico_usd"][1] == frame["cost_pico_usd"][5]


def test_names_from_outside_do_not_fill_the_memory():
    book = PriceBook({"acme": {"x": {"input_mtok": 1}}})
    for batch in range(3):
        book.price(calls(*({"provider": "acme", "model": f"m{batch}-{i}"} for i in range(4000))))
    assert len(book._quotes) <= 8192


def test_the_price_table_is_not_loaded_before_a_call_needs_it():
    code = (
        "import sys, polars as pl\n"
        "from spanwise_collector.price import PriceBook\n"
        "from tests.collector.price.frames import calls\n"
        "PriceBook().price(calls({'category': 'tool'}))\n"
        "assert 'genai_prices' not in sys.modules\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


@pytest.mark.parametrize("row", [{"model": "no-such-model"}, {"input_tokens": None}, {"output_tokens": -1}])
def test_what_is_reported_counts_where_no_price_is_known(row):
    frame = BOOK.price(calls({**row, "reported_cost_pico_usd": 7}, row))
    assert frame["cost_pico_usd"].to_list() == [7, None]
    assert frame["cost_source"].to_list() == ["reported", "unpriced"]
    assert frame["price_version"].to_list() == [None, None]


def test_our_price_goes_before_what_is_reported():
    assert priced(reported_cost_pico_usd=7) == priced()
    assert priced(model="ft:gpt-5:acme::x1", reported_cost_pico_usd=7)[1] == "estimated"


def test_a_failed_call_costs_what_is_reported_of_it():
    failed = {"error_type": "500", "input_tokens": None, "output_tokens": None}
    assert priced(**failed, reported_cost_pico_usd=7) == (7, "reported")


@pytest.mark.parametrize("category", ["tool", None])
def test_what_is_reported_of_no_call_is_no_cost(category):
    assert priced(category=category, reported_cost_pico_usd=7) == (None, None)


SONNET = {"provider": "anthropic", "model": "claude-sonnet-4-5", "output_tokens": 0}


def test_what_is_kept_for_an_hour_is_dearer():
    written = {**SONNET, "cache_write_tokens": 400}
    assert priced(**written) == (600 * 3 * PICO + 400 * 3_750_000, "computed")
    assert priced(**written, cache_write_1h_tokens=100) == (
        600 * 3 * PICO + 300 * 3_750_000 + 100 * 6 * PICO, "computed",
    )  # fmt: skip
    assert priced(**written, cache_write_1h_tokens=400) == (600 * 3 * PICO + 400 * 6 * PICO, "computed")


def test_more_for_an_hour_than_was_written_is_what_was_written():
    written = {**SONNET, "cache_write_tokens": 400}
    assert priced(**written, cache_write_1h_tokens=401) == priced(**written, cache_write_1h_tokens=400)


def test_an_hour_that_has_no_price_is_assumed_and_said_so():
    haiku = {"provider": "gcp.vertex_ai", "model": "claude-3-haiku", "output_tokens": 0, "cache_write_tokens": 400}
    assert priced(**haiku)[1] == "computed"
    assert priced(**haiku, cache_write_1h_tokens=0)[1] == "computed"
    assert priced(**haiku, cache_write_1h_tokens=400) == (600 * 250_000 + 400 * 500_000, "estimated")


@pytest.mark.parametrize(
    ("service_tier", "input_pico", "output_pico", "source"),
    [
        (None, 1_250_000, 10 * PICO, "computed"), ("default", 1_250_000, 10 * PICO, "computed"),
        ("flex", 625_000, 5 * PICO, "computed"), ("priority", 2_500_000, 20 * PICO, "computed"),
        ("batch", 625_000, 5 * PICO, "computed"), ("scale", 1_250_000, 10 * PICO, "estimated"),
    ],
)  # fmt: skip
def test_a_call_is_paid_at_its_service_tier_and_an_unknown_one_like_the_standard(
    service_tier, input_pico, output_pico, source
):
    call = {"model": "gpt-5", "service_tier": service_tier, "start_ns": at(2026, 11, 1)}
    assert priced(**call) == (1000 * input_pico + 100 * output_pico, source)


def test_a_tier_before_it_had_a_price_is_assumed_to_cost_the_standard():
    call = {"model": "gpt-5", "start_ns": at(2026, 10, 11)}
    assert priced(**call, service_tier="flex") == (priced(**call)[0], "estimated")


def test_who_sells_anothers_model_has_not_its_service_tiers():
    azure = {"provider": "azure.ai.openai", "model": "gpt-5", "start_ns": at(2026, 11, 1)}
    assert priced(**azure, service_tier="batch") == (priced(**azure)[0], "estimated")


def test_calls_of_one_model_are_paid_each_at_its_own_tier():
    rows = [
        {"model": "gpt-5", "service_tier": tier, "start_ns": at(2026, 11, 1)} for tier in (None, "flex", "priority")
    ]
    costs = BOOK.price(calls(*rows))["cost_pico_usd"].to_list()
    assert costs == [priced(**row)[0] for row in rows]
    assert costs[0] == 2 * costs[1] == costs[2] / 2


def test_a_price_of_the_users_own_is_an_estimate_for_another_tier():
    book = PriceBook({"openai": {"gpt-4o": {"input_mtok": 1, "output_mtok": 2}}})
    frame = book.price(calls({}, {"service_tier": "default"}, {"service_tier": "flex"}))
    assert frame["cost_source"].to_list() == ["computed", "computed", "estimated"]
    assert frame["cost_pico_usd"].n_unique() == 1


@pytest.mark.parametrize(
    ("provider", "model", "size"),
    [
        ("gcp.gemini", "gemini-1.5-pro", 128_000),
        ("gcp.gemini", "gemini-2.5-pro", 200_000),
        ("openai", "gpt-5.4", 272_000),
    ],
)
def test_each_size_at_which_providers_raise_their_prices_is_known(provider, model, size):
    call = {"provider": provider, "model": model, "output_tokens": 0}
    below, above = (priced(**call, input_tokens=size + more)[0] for more in (0, 1))
    assert above > below * 3 // 2
