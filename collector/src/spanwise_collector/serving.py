"""Serve an ASGI application on an address, inside a running event loop."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import AsyncGenerator, Generator
from typing import Any, Final

import uvicorn

from spanwise_collector.config import split_address

_STOP_S: Final = 5
_IDLE_S: Final = 75
"""Kept longer than clients keep an idle connection (httpx and exporters ask again after 5 s), as nginx does: where both
sides give up at the same moment, the client meets a connection that is being closed."""


class _Server(uvicorn.Server):
    @contextlib.contextmanager
    def capture_signals(self) -> Generator[None]:
        """Leave signals to the process that we are a part of."""
        yield


@contextlib.asynccontextmanager
async def serving(app: Any, address: str, name: str) -> AsyncGenerator[str]:  # noqa: ANN401 - ASGI has no one type
    """Serve while the context lasts.

    Args:
        app: an ASGI application.
        address: "HOST:PORT"; port 0 picks a free one.
        name: how the address is called where the user sets it, for the error.

    Yields:
        The address that is served.

    Raises:
        OSError: the address cannot be had; the message names it.
    """
    listener = _listen(address, name)
    config = uvicorn.Config(
        app, http="httptools", ws="none", loop="none", lifespan="off", log_config=None, access_log=False,
        timeout_graceful_shutdown=_STOP_S, timeout_keep_alive=_IDLE_S,
    )  # fmt: skip
    server = _Server(config)
    task = asyncio.create_task(server.serve(sockets=[listener]))
    try:
        while not server.started and not task.done():  # noqa: ASYNC110
            await asyncio.sleep(0.005)  # uvicorn has no event for it
        host, port = listener.getsockname()[:2]
        yield f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
    finally:
        server.should_exit = True
        await task


def _listen(address: str, name: str) -> socket.socket:
    host, port = split_address(address)
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
    except OSError as fault:
        listener.close()
        raise OSError(fault.errno, f"{name}: cannot listen on {address}: {fault.strerror}") from fault
    listener.setblocking(False)
    return listener
