import numpy as np
import pytest

from spanwise_collector.resolve.call import (
    CALL,
    KINDS,
    Call,
    alike,
    at_once,
    model_code,
    model_name,
    same_answer,
    stands_for,
    unpacked,
)


def made(start_ns=0, end_ns=10, tokens=(5, 1), models=(None, None), kind="text", **marks):
    model, response_model = map(model_code, models)
    values = Call(1, start_ns, end_ns, 0, 0, *tokens, 7, model, response_model, 0, KINDS.index(kind), 0, 0, 1)
    for name, value in marks.items():
        setattr(values, name, value)
    return values


@pytest.mark.parametrize(
    ("written", "name"),
    [
        ("GPT-4o", "gpt-4o"),
        ("openai/gpt-4o-2024-08-06", "gpt-4o"),
        ("gpt-4o-mini", "gpt-4o-mini"),
        ("us.anthropic.claude-sonnet-4-5-20250929-v1:0", "claude-sonnet-4-5"),
        ("claude-3-5-haiku@20241022", "claude-3-5-haiku"),
        ("claude-3-5-haiku-latest", "claude-3-5-haiku"),
        ("gemini-2.5-pro", "gemini-2.5-pro"),
        ("gpt-4-0613", "gpt-4"),
    ],
)
def test_a_model_has_one_name_whatever_its_route_and_release(written, name):
    assert model_name(written) == name


def test_a_model_that_was_not_told_has_no_code():
    assert model_code(None) == model_code("") == 0
    assert model_code("gpt-4o") == model_code("openai/gpt-4o") != model_code("gpt-4o-mini")


def test_packed_calls_are_counted_whole():
    rows = [(1, 0, 10, 3, 4, 5, -1, -1, 6, 0, 9, 2, 1, 1, 1), (2, 0, 10, 0, 0, -1, -1, 0, 0, 0, 0, 0, 0, 0, 1)]
    packed = np.array(rows, CALL)
    first, second = unpacked(packed.tobytes())
    assert (first.span, first.called, first.used, first.priced, first.timed) == (1, True, True, False, 1)
    assert (second.told, second.used, second.priced) == (False, False, True)
    assert (first.tokens, second.tokens) == (5, 0)


def test_calls_are_alike_unless_their_kind_or_models_differ():
    assert alike(made(), made(models=("gpt-4o", None)))
    assert alike(made(models=("fast", "gpt-4o")), made(models=("gpt-4o", None)))
    assert not alike(made(models=("gpt-4o", None)), made(models=("gpt-4o-mini", None)))
    assert not alike(made(), made(kind="embeddings"))


def test_spans_that_touch_overlap():
    assert at_once(made(0, 10), made(10, 20))
    assert not at_once(made(0, 10), made(11, 20))


def test_one_answer_has_one_count_of_input_or_output():
    assert same_answer(made(tokens=(5, 1)), made(tokens=(9, 1)))
    assert same_answer(made(tokens=(5, 1)), made(tokens=(-1, -1)))
    assert not same_answer(made(tokens=(5, 1)), made(tokens=(9, 2)))


def test_the_newest_counted_call_that_went_well_stands_for_the_others():
    failed, good, other = made(end_ns=9, failed=1), made(end_ns=5), made(end_ns=7, called=False)
    assert stands_for([failed, good, other]) is good
    assert stands_for([other]) is None
