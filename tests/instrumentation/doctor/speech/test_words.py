import msgspec
import pytest

from spanwise.doctor.speech.words import Wanted, refusal_headers


@pytest.mark.parametrize(("body", "stream"), [(b"{}", False), (b'{"stream":true,"model":"m"}', True)])
def test_only_what_matters_is_read_of_a_request(body, stream):
    assert msgspec.json.decode(body, type=Wanted).stream is stream


def test_only_too_much_asks_to_come_again():
    assert refusal_headers(429)
    assert refusal_headers(500) == {}
