import polars as pl

from spanwise_collector.rollup.series import SeriesBook
from spanwise_schema.measures import DIMENSIONS
from spanwise_schema.metrics import OTHER


def frame(*rows):
    schema = {str(dimension): pl.String for dimension in DIMENSIONS}
    return pl.DataFrame([dict.fromkeys(DIMENSIONS) | row for row in rows], schema=schema)


def test_equal_dimensions_have_one_number():
    book = SeriesBook()
    assert book.number(frame({"model": "a"}, {"model": "b"}, {"model": "a"})).n_unique() == 2
    assert len(book) == 2


def test_null_and_the_empty_string_are_the_same():
    book = SeriesBook()
    numbers = book.number(frame({"model": None}, {"model": ""}))
    assert numbers.n_unique() == 1
    assert set(book.labels(numbers[0])) == {""}


def test_a_full_book_folds_what_is_new():
    book = SeriesBook(limit=2)
    book.number(frame({"model": "a"}, {"model": "b"}))
    number = book.number(frame({"model": "c", "agent": "x"}))[0]
    assert dict(zip(DIMENSIONS, book.labels(number), strict=True))["model"] == OTHER
    assert book.number(frame({"model": "a"}))[0] in (0, 1)
    assert book.folded["model"] == 1


def test_the_table_tells_what_numbers_mean():
    book = SeriesBook()
    number = book.number(frame({"model": "a", "agent": "x"}))[0]
    (row,) = book.table.filter(pl.col("series") == number).to_dicts()
    assert (row["model"], row["agent"], row["tool"]) == ("a", "x", "")
