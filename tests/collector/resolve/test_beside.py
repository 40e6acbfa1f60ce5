import itertools

import polars as pl
import pytest

from spanwise_collector.resolve import Resolver
from spanwise_collector.resolve.beside import beside
from spanwise_collector.resolve.emitters import emitter_code
from spanwise_collector.resolve.trace import Tree
from tests.collector.resolve.test_call import made
from tests.support.spans import SECOND, call, frame, row

NOW = 1_000 * SECOND
FRAMEWORK, SDK = "acme.callbacks", "acme.sdk"


def tree(*calls, parents=()):
    told = Tree(dict(parents), {}, {}, {}, set())
    for span, parent in told.parents.items():
        told.children.setdefault(parent, []).append(span)
    for one in calls:
        told.keep(one)
    return told


def of(emitter, span, start_ns=0, end_ns=10, tokens=(5, 1), **marks):
    return made(start_ns, end_ns, tokens, emitter=emitter, span=span, **marks)


def folded(*batches):
    """Give what batches of rows add: calls, and tokens in."""
    resolver = Resolver()
    counted = pl.concat([resolver.add(frame(*rows), NOW).counted for rows in batches])
    calls = counted.filter(pl.col("category") == "llm")
    return calls["duration_ns"].count(), calls["input_tokens"].sum()


def test_spans_of_two_emitters_with_the_same_tokens_at_the_same_time_are_one_call():
    first, second = of(1, 1), of(2, 2, 1, 12)
    assert beside(second, tree(first)) == ([first], [])
    assert (first.paired, second.paired, second.guessed) == ((2,), (1,), False)


@pytest.mark.parametrize(
    "other",
    [of(2, 1), of(1, 1, 11, 20), of(1, 1, tokens=(5, 2)), of(1, 1, kind="rerank"), of(1, 1, models=("gpt-4o", None))],
    ids=["same emitter", "other time", "other tokens", "other kind", "other model"],
)
def test_what_differs_is_another_call(other):
    assert beside(of(2, 2, models=("claude", None)), tree(other)) == ([], [])


def test_each_span_is_told_by_one_of_another_emitter():
    first = of(1, 1)
    known = tree(first)
    for number, expected in ((2, [first]), (3, [])):
        newcomer = of(2, number)
        assert beside(newcomer, known)[0] == expected
        known.keep(newcomer)


def test_without_tokens_one_must_lie_within_the_other_and_go_well_as_it_did():
    stream = of(1, 1, tokens=(-1, -1))
    assert beside(of(2, 2, 1, 9), tree(stream)) == ([stream], [])
    assert beside(of(2, 2, 8, 30), tree(of(1, 1, tokens=(-1, -1)))) == ([], [])
    assert beside(of(2, 2, 1, 9, failed=1, tokens=(-1, -1)), tree(of(1, 1))) == ([], [])
    failed = of(1, 1, tokens=(-1, -1), failed=1)
    assert beside(of(2, 2, 1, 9, tokens=(-1, -1)), tree(failed)) == ([failed], [])


def test_of_two_that_fit_the_one_with_the_same_tokens_is_taken():
    untold, told = of(1, 1, tokens=(-1, -1)), of(1, 3)
    assert beside(of(2, 2), tree(told, untold))[0] == [told]


def test_spans_within_each_other_are_not_beside():
    outer = of(1, 1)
    assert beside(of(2, 2), tree(outer, parents=[(2, 7), (7, 1)])) == ([], [])


def test_who_has_a_span_of_an_emitter_within_it_takes_no_other_of_it():
    own, foreign = of(1, 1), of(1, 3, tokens=(-1, -1))
    assert beside(of(2, 2), tree(own, foreign, parents=[(1, 2)])) == ([], [])


def test_a_report_takes_no_call_away_and_only_its_tokens_tell_it():
    report = of(1, 1, lasting=0)
    assert beside(of(2, 2), tree(report)) == ([], [report])
    assert beside(of(2, 2, tokens=(-1, -1)), tree(report)) == ([], [])
    known = of(2, 2)
    assert beside(report, tree(known)) == ([known], [])


def test_a_guess_is_wrong_where_the_call_turns_out_to_lie_in_another():
    """Of two calls at once the one's inner span came before the span around it, and fits the other one."""
    untold = {"input_tokens": None, "output_tokens": None}
    outer = [call(span, 9, 0, 10, scope_name=FRAMEWORK, input_tokens=span) for span in (1, 2)]
    inner = [call(span + 10, span, 1, 9, scope_name=SDK, **untold) for span in (1, 2)]
    for order in itertools.permutations([*outer, *inner]):
        assert folded(*([one] for one in order)) == (2, 3)


def test_calls_of_a_framework_and_of_its_sdk_beside_them_count_once_in_any_order():
    rows = [
        row(9, 0, 0, 30),
        row(8, 9, 0, 30),
        *(call(span, 8, 0, 10 + span, scope_name=FRAMEWORK, input_tokens=100 + span) for span in (1, 2)),
        *(call(span + 10, 9, 1, 9 + span, scope_name=SDK, input_tokens=100 + span) for span in (1, 2)),
    ]
    for order in itertools.permutations(rows, 6):
        assert folded(order) == folded(*([one] for one in order)) == (2, 203)


TWICE = emitter_code("opentelemetry.instrumentation.anthropic")


@pytest.mark.parametrize("more", [1, 16])
@pytest.mark.parametrize("backwards", [True, False])
def test_an_emitter_that_adds_the_first_tokens_twice_tells_the_same_call(more, backwards):
    calls = of(2, 1, tokens=(5, 40)), of(TWICE, 2, tokens=(5, 40 + more))
    first, second = calls[::-1] if backwards else calls
    assert beside(second, tree(first)) == ([first], [])


@pytest.mark.parametrize("tokens", [(5, 39), (5, 57), (6, 41)], ids=["fewer", "many more", "other input"])
def test_other_tokens_than_the_first_are_another_call(tokens):
    assert beside(of(TWICE, 2, tokens=tokens), tree(of(2, 1, tokens=(5, 40)))) == ([], [])
    assert beside(of(3, 2, tokens=(5, 41)), tree(of(2, 1, tokens=(5, 40)))) == ([], [])
