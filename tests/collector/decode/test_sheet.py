import numpy as np
import polars as pl

from spanwise_collector.decode.sheet import Sheet, nullable, split


def ints(*numbers):
    return np.array(numbers, dtype=np.int64)


def test_numbers_land_on_their_rows_and_nowhere_else():
    sheet = Sheet(3)
    sheet.number("i", "i64", ints(2, 0), ints(7, 0))
    sheet.number("b", "bool", ints(1, 2), ints(1, 0))
    sheet.number("f", "f64", ints(1), np.array([0.5]).view(np.int64))
    sheet.number("j", "i64", ints(), ints())
    made = pl.DataFrame(sheet.numbers())
    assert made.to_dict(as_series=False) == {
        "i": [0, None, 7], "j": [None] * 3, "f": [None, 0.5, None], "b": [None, True, False],
    }  # fmt: skip
    assert made.schema == {"i": pl.Int64, "j": pl.Int64, "f": pl.Float64, "b": pl.Boolean}


def test_of_a_row_that_is_told_twice_the_last_stays():
    sheet = Sheet(2)
    sheet.number("i", "i64", ints(0, 1, 0), ints(1, 2, 3))
    assert sheet.numbers()[0].to_list() == [3, 2]


def test_texts_are_told_column_by_column_and_empty_where_there_is_none():
    sheet = Sheet(2)
    sheet.text("a", ints(1), ints(5), ints(9))
    sheet.text("b", ints(0), ints(1), ints(2))
    names, at, end = sheet.texts()
    assert (names, at.tolist(), end.tolist()) == (["a", "b"], [0, 5, 1, 0], [0, 9, 2, 0])


def test_a_column_is_split_into_columns_of_one_height():
    first, second = split(["a", "b"], pl.Series([1, 2, 3, 4]))
    assert (first.name, first.to_list(), second.name, second.to_list()) == ("a", [1, 2], "b", [3, 4])


def test_what_a_column_does_not_have_is_null():
    assert nullable(pl.Series(["a", "b"]), np.array([False, True])).to_list() == [None, "b"]
    assert nullable(pl.Series(["a"]), np.array([False])).to_list() == [None]
