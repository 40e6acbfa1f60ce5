import polars as pl

from spanwise_collector.rollup.held import Held

SCHEMA = {"trace_id": pl.Binary(), "value": pl.Int64()}


def rows(*pairs):
    return pl.DataFrame([(trace.encode(), value) for trace, value in pairs], schema=SCHEMA, orient="row")


def values(held, *traces):
    found, _ = held.of(trace.encode() for trace in traces)
    return sorted(found["value"].to_list())


def test_rows_are_found_by_their_trace_over_several_additions():
    held = Held(SCHEMA)
    held.add(rows(("a", 1), ("a", 2), ("b", 3)))
    held.add(rows(("a", 4), ("c", 5)))
    assert (values(held, "a"), values(held, "b", "c"), values(held, "x")) == ([1, 2, 4], [3, 5], [])
    assert (held.rows, held.count(b"a"), held.count(b"x")) == (5, 3, 0)


def test_rows_of_one_addition_keep_its_order():
    held = Held(SCHEMA)
    held.add(rows(("b", 2), ("b", 1), ("a", 3)))
    held.add(rows(("c", 9)))
    found, in_order = held.of([b"a", b"b"])
    assert (found["value"].to_list(), in_order) == ([2, 1, 3], True)
    assert not held.of([b"a", b"c"])[1]


def test_what_is_dropped_is_gone_and_its_memory_is_given_back():
    held = Held(SCHEMA)
    for number in range(20):
        held.add(rows(*((f"t{number}-{at}", at) for at in range(2_000))))
    held.drop(f"t{number}-{at}".encode() for number in range(20) for at in range(2_000) if at != 7)
    assert held.rows == 20
    assert held.stored == 20
    assert values(held, "t3-7", "t3-8") == [7]


def test_a_checkpoint_gives_the_same_rows():
    held, other = Held(SCHEMA), Held(SCHEMA)
    held.add(rows(("a", 1), ("b", 2)))
    held.add(rows(("a", 3)))
    other.load(held.dump())
    assert (values(other, "a"), values(other, "b"), other.rows) == ([1, 3], [2], 3)


def test_a_checkpoint_of_an_older_release_lacks_columns():
    held, other = Held({"trace_id": pl.Binary(), "gone": pl.Int64()}), Held(SCHEMA)
    held.add(pl.DataFrame({"trace_id": [b"a"], "gone": [1]}))
    other.load(held.dump())
    assert other.of([b"a"])[0].rows() == [(b"a", None)]


def test_nothing_is_kept_as_nothing():
    held = Held(SCHEMA)
    held.load(Held(SCHEMA).dump())
    assert (held.rows, held.of([b"t" * 16])[0].height) == (0, 0)
