"""Drives aiohttp, with no SDK above it."""

# ruff: noqa: ANN401  the library is whatever version is installed; it is no dependency of ours

import asyncio
from collections.abc import AsyncGenerator, Generator
from typing import Any

from spanwise.doctor.speech.openai_chat import OpenAIChat, request

_PATH = "/v1/chat/completions"
_TOO_MANY = 429


class OnAiohttp:
    """Sessions of aiohttp; asking again stands here."""

    distribution = "aiohttp"
    module = "aiohttp"
    speech = OpenAIChat()

    def ask(self, sdk: Any, address: str, *, retries: int) -> None:
        """Ask, and again where there was too much."""
        asyncio.run(self._ask(sdk, address, retries))

    def stream(self, sdk: Any, address: str) -> Generator[object]:
        """Ask for a stream; each line is waited for on a loop of its own."""
        with asyncio.Runner() as loop:
            lines = self._lines(sdk, address)
            try:
                while line := loop.run(_next(lines)):
                    yield line
            finally:
                loop.run(lines.aclose())

    async def ask_async(self, sdk: Any, address: str) -> None:
        """Ask once."""
        await self._ask(sdk, address, 0)

    async def _ask(self, sdk: Any, address: str, retries: int) -> None:
        async with sdk.ClientSession() as session:
            status = _TOO_MANY
            while status == _TOO_MANY:
                async with session.post(f"{address}{_PATH}", json=request()) as response:
                    status = response.status if retries else 0
                    retries -= 1
                    if not status:
                        response.raise_for_status()
                    await response.read()

    async def _lines(self, sdk: Any, address: str) -> AsyncGenerator[bytes]:
        async with sdk.ClientSession() as session:
            response = await session.post(f"{address}{_PATH}", json=request(stream=True))
            try:
                async for line in response.content:
                    yield line
            finally:
                response.close()


async def _next(lines: AsyncGenerator[bytes]) -> bytes:
    return await anext(lines, b"")
