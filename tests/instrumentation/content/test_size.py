import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from spanwise.content.size import cut, fit


def test_what_fits_is_not_touched():
    assert fit([{"a": "b"}], 100) == (b'[{"a":"b"}]', False)


def test_the_longest_texts_are_cut_first_and_the_cut_is_marked():
    value = [{"content": "s" * 300}, {"content": "l" * 5000}]
    data, was_cut = fit(value, 2000)
    assert was_cut
    assert len(data) <= 2000
    told = msgspec.json.decode(data)
    assert told[0]["content"] == "s" * 300
    assert told[1]["content"].startswith("lll")
    assert told[1]["content"].endswith("lll")
    assert "…[cut " in told[1]["content"]
    assert len(data) > 1800  # not more is cut than has to be


def test_the_mark_tells_how_many_bytes_are_gone():
    text = "ab" * 100
    left = cut(text, 50)
    mark = "…[cut 150 bytes]"
    assert mark in left
    assert len(left.replace(mark, "")) == 50


@settings(deadline=None)
@given(st.text(), st.integers(0, 40))
def test_a_cut_never_breaks_a_letter(text, most_bytes):
    left = cut(text, most_bytes)
    assert left == text or "…[cut " in left
    left.encode()


@pytest.mark.parametrize("text", ["\n" * 5000, '"' * 5000, "\u0001" * 5000, "é" * 5000, "🙂" * 5000])
def test_letters_that_take_more_bytes_as_json_are_counted_as_such(text):
    data, was_cut = fit([{"content": text}], 1000)
    assert was_cut
    assert len(data) <= 1000
    assert msgspec.json.decode(data)[0]["content"]


def test_the_oldest_messages_go_where_cutting_texts_does_not_do():
    messages = [{"role": "user", "parts": [{"type": "text", "content": f"number {place}"}]} for place in range(500)]
    data, was_cut = fit(messages, 1000)
    told = msgspec.json.decode(data)
    assert was_cut
    assert len(data) <= 1000
    assert told[-1]["parts"][0]["content"] == "number 499"


def test_the_first_parts_go_where_one_message_is_too_much():
    message = {"role": "user", "parts": [{"type": "text", "content": f"number {place}"} for place in range(500)]}
    data, _ = fit([message], 1000)
    told = msgspec.json.decode(data)
    assert told[0]["parts"][-1]["content"] == "number 499"


def test_a_bare_text_is_cut_to_a_text():
    data, was_cut = fit("a" * 5000, 500)
    assert was_cut
    assert len(data) <= 500
    assert msgspec.json.decode(data).startswith("aaa")


def test_what_cannot_be_made_to_fit_is_none():
    assert fit({str(number): number for number in range(1000)}, 300) == (None, True)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-1000, 1000) | st.text(max_size=300),
    lambda inner: st.lists(inner, max_size=6) | st.dictionaries(st.text(max_size=5), inner, max_size=6),
    max_leaves=30,
)


@settings(deadline=None)
@given(JSON, st.integers(256, 2000))
def test_whatever_is_cut_is_json_of_the_size_that_was_asked_for(value, most_bytes):
    data, was_cut = fit(value, most_bytes)
    assert was_cut or data is not None
    if data is not None:
        msgspec.json.decode(data)
        assert len(data) <= most_bytes
