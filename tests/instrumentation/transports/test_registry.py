from spanwise.transports import on_aiohttp, on_httpx, on_httpx2, on_urllib3
from spanwise.transports.registry import TRANSPORTS


def test_every_transport_is_listed_once():
    assert set(TRANSPORTS) == {module.TRANSPORT for module in (on_aiohttp, on_httpx, on_httpx2, on_urllib3)}
    assert len(TRANSPORTS) == 4
