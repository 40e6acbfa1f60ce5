"""Many streamed calls at once on one loop, each of which ends in another way; and the provider that they call."""

import asyncio
import contextlib
import random
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import aiohttp
import httpx
import httpx2

from tests.support import wire
from tests.support.callers import CHAT, PATIENCE_S, STREAM
from tests.support.protocols.shape import Call, Reply, Say

HASTE_S = 0.02
CONNECTIONS = 150
SERVED = "x-served"
Reads = Callable[[dict[str, str]], contextlib.AbstractAsyncContextManager[AsyncIterator[bytes]]]


async def _head(reader: asyncio.StreamReader) -> dict[str, str]:
    lines = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")[1:]
    return {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines if line)}


async def _serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError):
        while True:
            headers = await _head(reader)
            body = await reader.readexactly(int(headers["content-length"]))
            pieces = [piece for piece in wire.http(_reply(body)) if isinstance(piece, bytes)]
            told = {"whole": len(pieces), "half": 3, "silent": 0}[headers[SERVED]]
            for piece in pieces[:told]:
                writer.write(piece)
                await writer.drain()
                await asyncio.sleep(0)
            if told < len(pieces):
                await reader.read()  # until the client goes away
                break
    writer.close()


def _reply(body: bytes) -> Reply:
    return wire.spoken(Call(CHAT, "", {}, body), Say())


@contextlib.asynccontextmanager
async def provider() -> AsyncIterator[str]:
    """Serve on this loop until the block ends."""
    tasks: set[asyncio.Task[None]] = set()

    def accept(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.ensure_future(_serve(reader, writer))
        tasks.add(task)
        task.add_done_callback(tasks.discard)

    server = await asyncio.start_server(accept, "127.0.0.1", 0, backlog=1024)
    try:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    finally:
        server.close()
        for task in tuple(tasks):
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await server.wait_closed()


class HttpxClient:
    """The async client of httpx or httpx2."""

    def __init__(self, library: Any, address: str, connections: int | None = CONNECTIONS) -> None:
        limits = library.Limits(max_connections=connections)
        self._client = library.AsyncClient(base_url=address, timeout=PATIENCE_S, limits=limits, verify=False)

    @contextlib.asynccontextmanager
    async def reads(self, headers: dict[str, str]) -> AsyncIterator[AsyncIterator[bytes]]:
        async with self._client.stream("POST", CHAT, json=STREAM, headers=headers) as response:
            yield response.aiter_bytes()

    async def dropped(self, headers: dict[str, str]) -> None:
        """Send, and drop the response unread."""
        request = self._client.build_request("POST", CHAT, json=STREAM, headers=headers)
        response = await self._client.send(request, stream=True)
        await anext(aiter(response.aiter_raw()))
        await response.aclose()

    async def close(self) -> None:
        await self._client.aclose()


class AiohttpClient:
    """The session of aiohttp."""

    def __init__(self, address: str) -> None:
        connector = aiohttp.TCPConnector(limit=CONNECTIONS)
        self._session = aiohttp.ClientSession(address, connector=connector)

    @contextlib.asynccontextmanager
    async def reads(self, headers: dict[str, str]) -> AsyncIterator[AsyncIterator[bytes]]:
        async with self._session.post(CHAT, json=STREAM, headers=headers) as response:
            yield response.content.iter_any()

    async def dropped(self, headers: dict[str, str]) -> None:
        """Send, and drop the response unread."""
        response = await self._session.post(CHAT, json=STREAM, headers=headers)
        response.close()

    async def close(self) -> None:
        await self._session.close()


CLIENTS: dict[str, Callable[[str], Any]] = {
    "httpx2": lambda address: HttpxClient(httpx2, address),
    # Its pool loses the places of calls that are cancelled while they wait, with us and without: so none waits.
    "httpx": lambda address: HttpxClient(httpx, address, None),
    "aiohttp": AiohttpClient,
}


async def _whole(client: Any, _: random.Random) -> None:
    async with client.reads({SERVED: "whole"}) as parts:
        assert b"[DONE]" in b"".join([part async for part in parts])


async def _left(client: Any, _: random.Random) -> None:
    async with client.reads({SERVED: "half"}) as parts:
        async for _part in parts:
            break


async def _stalled(client: Any) -> None:
    async with client.reads({SERVED: "half"}) as parts:
        async for _part in parts:
            pass


async def _silent(client: Any) -> None:
    async with client.reads({SERVED: "silent"}):
        pass


async def _cancelled(client: Any, chance: random.Random) -> None:
    task = asyncio.ensure_future(chance.choice((_stalled, _silent))(client))
    for _ in range(chance.randrange(60)):
        await asyncio.sleep(0)
    task.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await task


async def _timed_out(client: Any, chance: random.Random) -> None:
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(HASTE_S * chance.random()):
            await chance.choice((_stalled, _silent))(client)


async def _grouped(client: Any, chance: random.Random) -> None:
    async def fail() -> None:
        for _ in range(chance.randrange(40)):
            await asyncio.sleep(0)
        raise LookupError

    with contextlib.suppress(ExceptionGroup):
        async with asyncio.TaskGroup() as group:
            group.create_task(_stalled(client))
            group.create_task(fail())


async def _dropped(client: Any, _: random.Random) -> None:
    await client.dropped({SERVED: "half"})


FATES: tuple[Callable[[Any, random.Random], Awaitable[None]], ...] = (
    _whole,
    _left,
    _cancelled,
    _cancelled,
    _timed_out,
    _grouped,
    _dropped,
)


async def crowd(client_name: str, calls: int, seed: int) -> None:
    """Make so many calls at once, then close the client under a few more that stall."""
    chance = random.Random(seed)
    async with provider() as address:
        client = CLIENTS[client_name](address)
        await asyncio.gather(*(chance.choice(FATES)(client, chance) for _ in range(calls)))
        under_way = [asyncio.ensure_future(_stalled(client)) for _ in range(20)]
        for _ in range(200):
            await asyncio.sleep(0)
        await client.close()
        for task in under_way:
            task.cancel()
        await asyncio.gather(*under_way, return_exceptions=True)
