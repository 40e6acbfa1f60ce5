import dataclasses
import datetime as dt

import pytest

from spanwise.content.values import named, plain


@dataclasses.dataclass
class City:
    name: str
    founded: dt.date


class Model:
    def model_dump(self, mode):
        return {"mode": mode}


class Odd:
    def __repr__(self):
        return "<odd>"


@pytest.mark.parametrize(
    ("value", "told"),
    [
        ("a", "a"),
        (7, 7),
        (True, True),
        ((1, "a"), [1, "a"]),
        ({1: "a"}, {"1": "a"}),
        (City("Wien", dt.date(1221, 10, 18)), {"name": "Wien", "founded": "1221-10-18"}),
        (Model(), {"mode": "json"}),
        ([Odd()], ["<odd>"]),
        ({(1, 2): {3}}, {"(1, 2)": [3]}),
        (("a", [("b", b"abc")]), ["a", [["b", "[3 bytes]"]]]),
        ("caf\udce9", "caf?"),
        ((), []),
        ({"a": b"abc"}, {"a": "[3 bytes]"}),
        (b"abc", "[3 bytes]"),
    ],
)
def test_a_value_is_told_as_json_has_it(value, told):
    assert plain(value) == told


def test_arguments_are_named_after_their_parameters():
    def function(self, city, *more, unit="C", **rest): ...

    assert named(function, (None, "Wien", 1, 2), {"unit": "F", "x": 3}) == {
        "city": "Wien",
        "more": (1, 2),
        "unit": "F",
        "rest": {"x": 3},
    }


def test_arguments_that_a_function_does_not_take_are_told_by_their_place():
    assert named(lambda: None, (1,), {"a": 2}) == {"0": 1, "a": 2}
