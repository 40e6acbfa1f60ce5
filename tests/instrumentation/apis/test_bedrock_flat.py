import msgspec
import pytest

from spanwise.apis.api import Answer
from spanwise.apis.bedrock_flat import FlatAnswer

FLAT = msgspec.json.Decoder(FlatAnswer)


def folded(text: bytes, *, measured: bool = False) -> Answer:
    answer = Answer()
    FLAT.decode(text).fold(answer, measured=measured)
    return answer


def test_tokens_of_several_results_are_summed():
    answer = folded(
        b'{"results":[{"tokenCount":3,"outputText":"ab","completionReason":"FINISH"},{"tokenCount":4,"outputText":"c"}]}'
    )
    assert (answer.output_tokens, answer.output_bytes, answer.finish_reasons) == (7, 3, {0: "FINISH"})


def test_outcomes_keep_their_own_index():
    answer = folded(b'{"choices":[{"index":1,"stop_reason":"stop"}]}', measured=True)
    assert answer.finish_reasons == {1: "stop"}


@pytest.mark.parametrize("text", [b'{"generation_token_count":-1}', b'{"generation_token_count":"9"}', b"{}"])
def test_counts_of_the_wrong_kind_change_nothing(text):
    assert folded(text) == Answer()


def test_id_that_another_reader_has_told_is_kept():
    assert folded(b'{"id":7}').response_id == "7"
    assert folded(b'{"id":7}', measured=True).response_id is None
