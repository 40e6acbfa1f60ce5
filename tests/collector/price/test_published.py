from genai_prices.data import providers
from genai_prices.types import ModelPrice

from spanwise_collector.price import published
from spanwise_collector.price.tariff import BILLED

TOKEN_PRICES = {"input_mtok", "output_mtok", "cache_read_mtok", "cache_write_mtok", "output_reasoning_mtok"}


def has_token_price(model):
    prices = [model.prices] if isinstance(model.prices, ModelPrice) else [one.prices for one in model.prices]
    return any(value is not None and key in TOKEN_PRICES for one in prices for key, value in vars(one).items())


def test_a_model_has_a_tariff_exactly_when_tokens_have_a_price_or_it_is_called_free():
    models = [model for provider in providers for model in provider.models]
    assert len(models) > 2000
    for model in models:
        stated = bool(published._tariff(model).stated.any())
        assert stated == (has_token_price(model) or model.id.endswith(":free")), model.id


def test_a_model_without_provider_is_found_by_its_name():
    assert published.find(None, "gpt-4o") is not None
    assert published.find(None, "no-such-model") is None
    assert published.find("no-such-provider", "gpt-4o") is None


def test_the_table_names_its_version():
    assert published.version().startswith("genai-prices ")


def test_a_tier_that_nobody_names_is_the_standard_and_assumed():
    standard, default, scale, flex = (
        published.find("openai", "gpt-5", tier) for tier in (None, "default", "scale", "flex")
    )
    assert standard.assumed is default.assumed is None
    assert (scale.whole == standard.whole).all()
    assert scale.assumed[..., BILLED.index("uncached")].all()
    assert len(flex.days_ns) == len(standard.days_ns) + 1
    assert flex.assumed[..., BILLED.index("uncached")].ravel().tolist() == [True, False]


def test_anthropics_fast_mode_has_its_own_prices_where_a_model_has_it():
    standard, fast = (published.find("anthropic", "claude-opus-4-8", tier) for tier in (None, "fast_mode"))
    assert (fast.whole[..., : len(BILLED)] >= standard.whole[..., : len(BILLED)]).all()
    assert not (fast.whole == standard.whole).all()
    slow = published.find("anthropic", "claude-sonnet-4-5", "fast_mode")
    assert slow.assumed[..., BILLED.index("output")].all()


def test_one_who_sells_anothers_model_has_no_tier_of_the_other():
    assert published.find("azure", "gpt-5", "batch").assumed[..., BILLED.index("output")].all()
