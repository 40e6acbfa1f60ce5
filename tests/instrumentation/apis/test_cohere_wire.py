import msgspec
import pytest

from spanwise.apis.api import Answer, Asked, ToolResult
from spanwise.apis.cohere_wire import CohereRequest, CohereUsage, fold_reason


def folded(**usage) -> Answer:
    answer = Answer()
    msgspec.convert(usage, CohereUsage).fold(answer)
    return answer


def test_what_is_billed_goes_before_what_the_model_saw():
    seen = {"input_tokens": 215.0, "output_tokens": 40.0}
    told = folded(billed_units={"input_tokens": 18.0, "output_tokens": 9.0}, tokens=seen)
    assert (told.input_tokens, told.output_tokens) == (18, 9)
    told = folded(tokens=seen)
    assert (told.input_tokens, told.output_tokens) == (215, 40)


def test_no_more_is_cached_than_is_billed():
    assert folded(billed_units={"input_tokens": 18}, cached_tokens=144).cache_read_tokens == 18
    assert folded(billed_units={"input_tokens": 18}, cached_tokens=4).cache_read_tokens == 4
    assert folded(billed_units={"search_units": 1}).input_tokens is None


def test_parameters_of_the_wrong_type_are_not_told():
    assert CohereRequest(7, "yes", -1, "x", None, 1.5, []).told(()) == Asked()
    results = (ToolResult("c1", 3),)
    told = CohereRequest("m", stream=True, max_tokens=9, temperature=1, p=0.5, seed=2, conversation_id="c").told(
        results
    )
    assert (told.model, told.stream, told.max_tokens, told.temperature, told.top_p) == ("m", True, 9, 1.0, 0.5)
    assert (told.seed, told.conversation, told.tool_results) == (2, "c", results)


@pytest.mark.parametrize(
    ("reason", "error"), [("COMPLETE", None), ("ERROR_TOXIC", "ERROR_TOXIC"), ("TIMEOUT", "TIMEOUT")]
)
def test_error_that_a_stream_ends_with_is_an_error(reason, error):
    answer = Answer()
    fold_reason(reason, answer)
    assert (answer.finish_reasons, answer.error_type) == ({0: reason}, error)
