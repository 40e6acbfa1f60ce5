from __future__ import annotations

import pytest
from pydantic import ValidationError

from spanwise_alerts.receivers.either import one_of
from spanwise_alerts.rule import Section


class Pair(Section):
    key_text: str | None = None
    key_file: str | None = None


@pytest.mark.parametrize("pair", [Pair(key_text="a"), Pair(key_file="b")])
def test_one_of_them_is_enough(pair: Pair):
    one_of(pair, "key", "key_file", "key_text")


@pytest.mark.parametrize(
    ("pair", "wanted"),
    [
        (Pair(), "missing; expected it, or `key_file`"),
        (Pair(key_text="a", key_file="b"), "goes not with `key_file`: one of them is enough"),
    ],
)
def test_none_and_both_are_refused_at_the_key(pair: Pair, wanted: str):
    with pytest.raises(ValidationError) as raised:
        one_of(pair, "key", "key_file", "key_text")
    ((error),) = raised.value.errors()
    assert (error["loc"], error["msg"]) == (("key",), wanted)
