from spanwise.transports.on_httpx import TRANSPORT as ON_HTTPX
from spanwise.transports.on_httpx2 import TRANSPORT as ON_HTTPX2
from spanwise.transports.registry import TRANSPORTS


def test_every_transport_is_listed_once():
    assert set(TRANSPORTS) == {ON_HTTPX, ON_HTTPX2}
    assert len(TRANSPORTS) == 2
