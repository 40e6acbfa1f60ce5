import numpy as np

from spanwise_collector.resolve.call import CALL, KINDS, model_code
from spanwise_collector.resolve.read import in_order, label_keys, read
from tests.support.spans import SECOND, call, frame, row

OTHER = b"o" * 16


def parts(*rows):
    batch = frame(*rows)
    return read(batch, batch["category"].eq_missing("llm"))


def packed(part):
    return np.frombuffer(part.calls, CALL)


def test_each_trace_has_its_links_and_calls():
    found = parts(call(1, 9, 0, 1), call(5, 0, trace=OTHER), row(9, 0, 0, 2), call(2, 9, 2, 3, None))
    first, second = found.parts
    assert np.frombuffer(first.links, "<u8").reshape(-1, 2).tolist() == [[1, 9], [9, 0], [2, 9]]
    assert (first.rooted, first.rows, packed(first)["span"].tolist()) == (True, [0, 3], [1, 2])
    assert (first.low_ns, first.high_ns, first.plain) == (0, 3 * SECOND, True)
    assert packed(first)["input_tokens"].tolist() == [100, -1]
    assert (second.trace_id, second.rows) == (OTHER, [1])


def test_calls_that_overlap_or_end_before_they_begin_are_not_plain():
    assert not parts(call(1, 9, 0, 5), call(2, 9, 4, 6)).parts[0].plain
    assert not parts(call(1, 9, 5, 4)).parts[0].plain
    assert parts(call(2, 9, 6, 7), call(1, 9, 0, 5)).parts[0].plain


def test_kind_models_and_labels_are_read():
    found = parts(call(1, operation="embeddings", response_model="gpt-4o-2024-08-06", error_type="429"))
    calls = packed(found.parts[0])
    assert calls["kind"].tolist() == [KINDS.index("embeddings")]
    assert calls["model"].tolist() == calls["response_model"].tolist() == [model_code("gpt-4o")]
    assert calls["failed"].tolist() == [1]
    assert calls["labels"].tolist() == label_keys(found.frame).to_list()


def test_only_a_long_response_id_is_taken_for_one():
    short, long, none = (call(n, response_id=text) for n, text in ((1, "cmpl-1"), (2, "x" * 16), (3, None)))
    ids = [answer for answer, _ in parts(short, long, none).answers()]
    assert [bool(answer) for answer in ids] == [False, True, False]


def test_calls_are_judged_in_the_order_of_the_batch():
    found = parts(call(1), call(5, trace=OTHER), call(2))
    assert [(place, one.span) for place, _, one in in_order(found.parts)] == [(0, 1), (1, 5), (2, 2)]


def test_a_batch_without_calls_has_links_only():
    (part,) = parts(row(1, 9)).parts
    assert (part.rooted, len(part.calls), part.plain) == (False, 0, True)
