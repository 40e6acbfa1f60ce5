import numpy as np

from spanwise_collector.resolve.call import CALL
from spanwise_collector.resolve.trace import Total, Trace, Tree, uncovered
from tests.collector.resolve.test_call import made


def trace(links, *calls, totals=()):
    return Trace(0, False, np.array(links, "<u8").tobytes(), calls=list(calls), totals=list(totals))


def span(number, **values):
    return made(**values, span=number)


def total(number):
    return Total(number, 0, {}, None)


def test_a_tree_walks_up_and_ends_at_the_root_or_where_a_parent_is_unknown():
    tree = Tree.of(trace([(1, 0), (2, 1), (3, 2), (5, 4)]))
    assert list(tree.chain(3)) == [2, 1]
    assert list(tree.chain(5)) == [4]
    assert list(tree.chain(9)) == []


def test_a_circle_of_parents_ends():
    assert list(Tree.of(trace([(1, 2), (2, 3), (3, 1)])).chain(1)) == [2, 3]
    assert list(Tree.of(trace([(1, 1)])).chain(1)) == []


def test_calls_around_and_within_are_found_over_spans_between():
    one, two, three = span(1), span(3), span(4)
    tree = Tree.of(trace([(1, 0), (2, 1), (3, 2), (4, 3)], one, two, three))
    assert tree.above(three) == [two, one]
    assert tree.below(one) == [two, three]
    assert tree.below(three) == []


def test_sums_are_uncovered_where_no_call_below_tells_tokens():
    links = [(1, 0), (2, 1), (3, 1), (4, 2)]
    silent, telling = span(4, tokens=(-1, -1)), span(4)
    assert [found.span for found in uncovered(trace(links, silent, totals=[total(2), total(3)]))] == [2, 3]
    assert [found.span for found in uncovered(trace(links, telling, totals=[total(2), total(3)]))] == [3]
    assert [found.span for found in uncovered(trace(links, silent, totals=[total(1), total(2)]))] == [2]


def test_calls_that_are_counted_whole_are_unpacked_once_and_in_order():
    packed = np.zeros(2, CALL)
    packed["span"], packed["answer"] = [1, 2], [7, 8]
    kept = Trace(0, packed=packed.tobytes(), calls=[span(3)])
    assert kept.column("answer") == [7, 8, 0]
    assert [call.span for call in kept.unpack()] == [1, 2, 3] == [call.span for call in kept.unpack()]


def test_of_a_trace_that_is_too_long_the_older_half_goes():
    long = trace([(n, 0) for n in range(1, 5)], span(1), span(2), span(3))
    lost, calls = long.halve()
    assert (lost, [call.span for call in calls], long.spans) == (2, [1], 2)
