"""Lists the transports that are watched."""

from typing import Protocol

from spanwise.transports import on_aiohttp, on_httpx, on_httpx2, on_urllib3


class Transport(Protocol):
    """An HTTP client that can be watched, also when the program imports it later."""

    def watch(self) -> None:
        """See all requests from now on, of clients built before and after."""
        ...

    def unwatch(self) -> None:
        """Leave the client as it was."""
        ...


TRANSPORTS: tuple[Transport, ...] = (
    on_httpx2.TRANSPORT,
    on_httpx.TRANSPORT,
    on_aiohttp.TRANSPORT,
    on_urllib3.TRANSPORT,
    on_urllib3.FUTURE,
)
