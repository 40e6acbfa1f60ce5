import msgspec
import pytest

from spanwise.apis import measure

ANY = msgspec.json.Decoder()


@pytest.mark.parametrize("value", [-1, 1.5, True, "12", None, [], 2**53 + 1, float("inf"), float("nan")])
def test_what_is_no_count_is_not_known(value):
    assert measure.count(value) is None


@pytest.mark.parametrize(("value", "counted"), [(0, 0), (12, 12), (12.0, 12), (2**53, 2**53)])
def test_whole_numbers_are_counts(value, counted):
    assert measure.count(value) == counted


def test_numbers_and_words_of_another_type_are_not_told():
    assert (measure.number(1), measure.number("1"), measure.number(True)) == (1.0, None, None)
    assert (measure.number(-0.5), measure.number(10**400), measure.number(-(10**400))) == (-0.5, None, None)
    assert (measure.word("stop"), measure.word(""), measure.word(7)) == ("stop", None, None)


@pytest.mark.parametrize("data", [b"", b"{", b'"\xff"', b"[" * 9999, b'{"a":1e999}'])
def test_what_cannot_be_decoded_is_none_whatever_is_wrong(data):
    assert measure.read(ANY, data) is None


def test_text_is_measured_in_utf8_without_what_is_not_named():
    value = [{"text": "多"}, {"text": "ab", "image": "A" * 99, "input": {"a": 1}}, "c", 7]
    assert measure.text_bytes(value, ("text",)) == 3 + 2 + 1
    assert measure.text_bytes(value, ("text",), ("input",)) == 3 + 2 + 1 + len('{"a":1}')


def test_json_is_measured_compact_and_a_string_as_its_text():
    assert [measure.json_bytes(value) for value in (None, "ab", {"a": [1, 2]})] == [0, 2, 11]


@pytest.mark.parametrize(
    ("body", "whole"), [(b"{}", True), (b"{} \r\n", True), (b"{", False), (b"[]", False), (b"", False)]
)
def test_what_ends_as_an_object_does_is_whole(body, whole):
    assert measure.whole(body) is whole
