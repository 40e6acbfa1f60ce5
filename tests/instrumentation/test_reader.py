import pytest

from spanwise.reader import Reader


def fault(reader):
    with pytest.raises(ValueError, match="N: got") as raised:
        reader.done()
    return str(raised.value)


def test_unset_and_blank_are_the_default():
    reader = Reader({"N": " "})
    assert reader.flag("N", default=True) is True
    assert reader.choice("N", ("first", "second")) == "first"
    assert (reader.whole("N", 0), reader.number("N", 0), reader.file("N"), reader.names("N")) == (None, None, "", ())
    reader.done()


def test_right_values_are_read():
    reader = Reader(
        {"FLAG": "Yes", "WHOLE": "7", "NUMBER": "0.5", "NAMES": "a, b,", "UNSET": "unset", "FILE": __file__}
    )
    assert reader.flag("FLAG", default=False) is True
    assert (reader.whole("WHOLE", 7), reader.whole("UNSET", 1, unset=True)) == (7, None)
    assert reader.number("NUMBER", 0, 1) == 0.5
    assert (reader.names("NAMES"), reader.file("FILE")) == (("a", "b"), __file__)
    assert reader.text("NONE", "WHOLE", "NUMBER") == "7"
    reader.done()


@pytest.mark.parametrize("value", ["-1", "6", "x", "1.5", "unset"])
def test_wrong_whole_number_is_a_fault(value):
    reader = Reader({"N": value})
    assert reader.whole("N", 7) is None
    assert fault(reader) == f"N: got {value!r}, expected a whole number of at least 7"


@pytest.mark.parametrize("value", ["-1", "1.1", "x", "nan", "inf"])
def test_wrong_number_is_a_fault(value):
    reader = Reader({"N": value})
    assert reader.number("N", 0, 1) is None
    assert fault(reader) == f"N: got {value!r}, expected a number of at least 0, at most 1"


def test_file_that_is_not_there_is_a_fault():
    reader = Reader({"N": "/no/such/file"})
    reader.file("N")
    assert fault(reader) == "N: got '/no/such/file', expected the path of a file"


def test_entry_point_that_is_not_installed_is_told_with_those_that_are_and_what_to_install():
    reader = Reader({})
    group = "opentelemetry_traces_sampler"
    assert reader.installed("N", "always_on", group, ())
    assert reader.installed("N", "known", group, ("known",))
    assert not reader.installed("N", "other", group, ("known",), "some-package")
    told = fault(reader)
    assert told.startswith("N: got 'other', expected one of always_off, always_on, known, ")
    assert told.endswith("(`pip install some-package` adds it)")
