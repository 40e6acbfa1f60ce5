import pytest

from spanwise.apis.registry import APIS
from spanwise.content.registry import READERS

ODD = (b"", b"{", b"[]", b"null", b"7", b'"a"', b"\xff", b"[" * 5000, b'{"a":1}', b'{"choices":[null],"messages":[[]]}')


def test_every_api_that_is_read_has_a_reader_of_its_content():
    assert {type(api) for api in APIS} == set(READERS)


@pytest.mark.parametrize("reader", READERS.values(), ids=lambda reader: reader.__name__.rpartition(".")[2])
def test_no_reader_raises_for_what_it_is_given(reader):
    for body in ODD:
        given = reader.given(body)
        for message in (*given.messages, *reader.answered(body), *reader.streamed([body, body], body)):
            assert message.keys() >= {"role", "parts"}
            assert all("type" in part for part in message["parts"])
