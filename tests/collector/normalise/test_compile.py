import polars as pl

from spanwise_collector.normalise import normalise
from spanwise_collector.normalise.compile import MOST_TOKENS, out_of_range, plan, without_empty
from tests.collector.normalise.frames import decoded


def computed(name, **span):
    frame = decoded(span)
    present = tuple(column for column in frame.columns if column.startswith(("attribute.", "resource.")))
    compiled = plan(present, out_of_range(frame))
    spoken = frame.with_columns(dialect_place=pl.lit(255, pl.UInt8))
    return without_empty(spoken.select(compiled.columns), spoken, compiled.careful)[name].item()


def test_the_best_key_that_has_a_value_wins():
    new, old = "gen_ai.usage.input_tokens", "gen_ai.usage.prompt_tokens"
    assert computed("input_tokens", **{new: 5, old: 7}) == 5
    assert computed("input_tokens", **{new: None, old: 7}) == 7
    assert computed("input_tokens", **{new: -5, old: 7}) == 7


def test_an_empty_text_is_no_value():
    assert computed("provider", **{"gen_ai.provider.name": "", "gen_ai.system": "openai"}) == "openai"


def test_a_text_that_is_empty_on_one_span_is_none_there_and_stays_elsewhere():
    keys = ("gen_ai.provider.name", "gen_ai.system")
    frame = normalise(
        decoded(*(dict(zip(keys, values, strict=True)) for values in (("", "openai"), ("groq", "openai"), ("", ""))))
    ).frame
    assert frame["provider"].to_list() == ["openai", "groq", None]


def test_the_largest_number_of_tokens_is_still_one():
    assert computed("output_tokens", **{"gen_ai.usage.output_tokens": MOST_TOKENS}) == MOST_TOKENS
    assert computed("output_tokens", **{"gen_ai.usage.output_tokens": MOST_TOKENS + 1}) is None


def test_the_first_finish_reason_counts():
    assert computed("finish_reason", **{"gen_ai.response.finish_reasons": ["stop", "length"]}) == "stop"
    assert computed("finish_reason", **{"gen_ai.response.finish_reasons": []}) is None
    assert computed("finish_reason", **{"gen_ai.response.finish_reason": " stop , length"}) == "stop"


def test_a_plan_is_compiled_once_for_the_same_columns():
    assert plan(("attribute.gen_ai.system",), frozenset()) is plan(("attribute.gen_ai.system",), frozenset())


def test_milliseconds_and_seconds_are_nanoseconds():
    assert computed("ttft_ns", **{"gen_ai.response.time_to_first_chunk": 0.25}) == 250_000_000
    assert computed("ttft_ns", **{"ai.response.msToFirstChunk": 250.0}) == 250_000_000


def test_an_unknown_word_is_kept_or_not_as_the_table_says():
    assert computed("operation", **{"langsmith.span.kind": "odd"}) == "odd"
    assert computed("operation", **{"openinference.span.kind": "UNKNOWN"}) is None
    assert computed("operation", **{"openinference.span.kind": "UNKNOWN", "gen_ai.operation.name": "chat"}) == "chat"


def test_a_key_that_is_one_dialects_own_says_nothing_elsewhere():
    assert computed("input_tokens", input_tokens=5) is None


def test_numbers_beyond_their_range_are_found_by_column():
    frame = decoded({"gen_ai.usage.input_tokens": -1, "gen_ai.usage.output_tokens": 5}, {"ai.usage.tokens": 2**40})
    assert out_of_range(frame) == {"attribute.gen_ai.usage.input_tokens", "attribute.ai.usage.tokens"}
    assert out_of_range(decoded({})) == frozenset()


def test_a_cost_is_exact_to_a_pico_dollar():
    assert computed("reported_cost_pico_usd", **{"gen_ai.usage.cost": 0.00013000000000000002}) == 130_000_000
    assert computed("reported_cost_pico_usd", **{"gen_ai.usage.cost": 10_000.0}) == 10**16


def test_a_cost_of_nothing_is_none_and_the_next_key_is_asked():
    keys = {"llm.cost.total": 0.0, "gen_ai.usage.cost": 0.5}
    assert computed("reported_cost_pico_usd", **keys) == 5 * 10**11
    assert computed("reported_cost_pico_usd", **{"gen_ai.usage.cost": 0.0}) is None
