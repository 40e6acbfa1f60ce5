import polars as pl

from spanwise_collector.normalise.spelling import respell, translated


def test_each_distinct_value_is_spelled_once_and_null_stays_null():
    seen = []

    def upper(value):
        seen.append(value)
        return value.upper()

    frame = respell(pl.DataFrame({"a": ["x", None, "x", "Y"]}), {"b": ("a", upper)})
    assert frame["b"].to_list() == ["X", None, "X", "Y"]
    assert sorted(seen) == ["Y", "x"]


def test_a_value_without_spelling_becomes_null():
    frame = respell(pl.DataFrame({"a": ["x", "y", None]}), {"b": ("a", {"x": "z"}.get)})
    assert frame["b"].to_list() == ["z", None, None]


def test_a_column_of_nulls_stays_text():
    frame = respell(pl.DataFrame({"a": [None]}, {"a": pl.String}), {"a": ("a", str.upper)})
    assert frame.schema == {"a": pl.String}


def test_a_word_is_translated_and_one_without_a_meaning_is_null():
    frame = pl.DataFrame({"word": ["a", None, "b", "c"]})
    translation = translated(pl.col("word"), {"a": "x", "b": None})
    assert frame.select(translation).to_series().to_list() == ["x", None, None, None]
