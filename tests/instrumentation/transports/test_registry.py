from spanwise.transports import on_aiohttp, on_httpx, on_httpx2, on_urllib3
from spanwise.transports.registry import TRANSPORTS


def test_every_transport_is_listed_once():
    modules = (on_aiohttp, on_httpx, on_httpx2, on_urllib3)
    assert set(TRANSPORTS) == {module.TRANSPORT for module in modules} | {on_urllib3.FUTURE}
    assert len(TRANSPORTS) == 5
