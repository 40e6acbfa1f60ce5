from spanwise_collector.normalise.compile import MOST_TOKENS, plan
from tests.collector.normalise.frames import decoded


def computed(name, **span):
    frame = decoded(span)
    compiled = plan(tuple(column for column in frame.columns if column.startswith(("attribute.", "resource."))))
    return frame.select(next(column for column in compiled.columns if column.meta.output_name() == name)).item()


def test_the_best_key_that_has_a_value_wins():
    new, old = "gen_ai.usage.input_tokens", "gen_ai.usage.prompt_tokens"
    assert computed("input_tokens", **{new: 5, old: 7}) == 5
    assert computed("input_tokens", **{new: None, old: 7}) == 7
    assert computed("input_tokens", **{new: -5, old: 7}) == 7


def test_an_empty_text_is_no_value():
    assert computed("provider", **{"gen_ai.provider.name": "", "gen_ai.system": "openai"}) == "openai"


def test_the_largest_number_of_tokens_is_still_one():
    assert computed("output_tokens", **{"gen_ai.usage.output_tokens": MOST_TOKENS}) == MOST_TOKENS
    assert computed("output_tokens", **{"gen_ai.usage.output_tokens": MOST_TOKENS + 1}) is None


def test_the_first_finish_reason_counts():
    assert computed("finish_reason", **{"gen_ai.response.finish_reasons": ["stop", "length"]}) == "stop"
    assert computed("finish_reason", **{"gen_ai.response.finish_reasons": []}) is None
    assert computed("finish_reason", **{"gen_ai.response.finish_reason": " stop , length"}) == "stop"


def test_a_plan_is_compiled_once_for_the_same_columns():
    assert plan(("attribute.gen_ai.system",)) is plan(("attribute.gen_ai.system",))
