import pytest

from spanwise_collector.normalise.unfold import unfold
from tests.collector.normalise.frames import decoded

KEY = "mlflow.chat.tokenUsage"


def unfolded(*texts):
    frame, faults = unfold(decoded(*({KEY: text} for text in texts)))
    return told(frame, f"attribute.{KEY}$.input_tokens"), faults


def told(frame, column):
    return frame[column].to_list() if column in frame.columns else [None] * frame.height


def test_a_count_is_read_where_the_path_leads():
    text = '{"input_tokens": 5}'
    assert unfolded(text, None, text, "{}", '{"input_tokens": null}') == ([5, None, 5, None, None], {})


@pytest.mark.parametrize("told", ["7", "7.0", '"7"'])
def test_a_count_may_be_told_as_text_or_with_a_fraction_of_nothing(told):
    assert unfolded(f'{{"input_tokens": {told}}}') == ([7], {})


@pytest.mark.parametrize(
    "text",
    [
        "no json", "[1]", "5", '{"input_tokens": true}', '{"input_tokens": 1.5}', '{"input_tokens": NaN}',
        '{"input_tokens": Infinity}', '{"input_tokens": {}}', '{"input_tokens": 1e300}', "[" * 60_000,
        '{"input_tokens": 5, "x": "' + "x" * 70_000 + '"}', '{"input_tokens": ' + "9" * 5_000 + "}",
        '{"input_tokens": "٣"}x', '{"input_tokens": "³"}',
    ],
    ids=range(14),
)  # fmt: skip
def test_what_is_no_count_is_null_and_told(text):
    assert unfolded(text, '{"input_tokens": 5}', text) == ([None, 5, None], {KEY: 2})


def test_a_frame_without_json_is_the_same():
    frame = decoded({"gen_ai.system": "openai"})
    same, faults = unfold(frame)
    assert same is frame
    assert faults == {}


def test_a_text_is_read_where_a_text_belongs():
    frame, faults = unfold(decoded({"llm.invocation_parameters": '{"model": "gpt-4o", "model_name": 5}'}))
    row = frame.row(0, named=True)
    assert row["attribute.llm.invocation_parameters$.model"] == "gpt-4o"
    assert "attribute.llm.invocation_parameters$.model_name" not in row  # it tells nothing
    assert faults == {}


def test_texts_of_several_keys_stay_on_their_rows_and_with_their_keys():
    usage, parameters = '{"input_tokens": 5}', '{"model": "gpt-4o"}'
    frame, faults = unfold(
        decoded({KEY: usage}, {"llm.invocation_parameters": parameters}, {KEY: "odd"}, {KEY: usage, COST: "odd"})
    )
    assert told(frame, f"attribute.{KEY}$.input_tokens") == [5, None, None, 5]
    assert told(frame, "attribute.llm.invocation_parameters$.model") == [None, "gpt-4o", None, None]
    assert faults == {KEY: 1, COST: 1}


COST = "mlflow.llm.cost"


def unfolded_cost(*texts):
    frame, faults = unfold(decoded(*({COST: text} for text in texts)))
    return told(frame, f"attribute.{COST}$.total_cost"), faults


@pytest.mark.parametrize("told", ["0.5", '"0.5"', "5e-1"])
def test_a_cost_has_a_fraction_and_may_be_told_as_text(told):
    assert unfolded_cost(f'{{"total_cost": {told}}}', None, '{"input_cost": 1}') == ([0.5, None, None], {})


@pytest.mark.parametrize("told", ["true", "NaN", "Infinity", '"inf"', '"free"', "{}", "[1]", "1" + "0" * 400])
def test_what_is_no_cost_is_null_and_told(told):
    assert unfolded_cost(f'{{"total_cost": {told}}}', '{"total_cost": 2}') == ([None, 2.0], {COST: 1})
