"""Drives httpx and httpx2, which share one interface, with no SDK above them."""

# ruff: noqa: ANN401  two libraries with equal, unrelated classes; neither is a dependency

from collections.abc import Generator
from typing import Any

from spanwise.doctor.speech.openai_chat import OpenAIChat, request

_PATH = "/v1/chat/completions"
_TOO_MANY = 429


class HttpxFamily:
    """One client library of the family; it never retries by itself, so asking again stands here."""

    speech = OpenAIChat()

    def __init__(self, name: str) -> None:
        self.distribution = name
        self.module = name

    def ask(self, sdk: Any, address: str, *, retries: int) -> None:
        """Ask, and again where there was too much."""
        with sdk.Client(base_url=address, trust_env=False) as client:
            response = client.post(_PATH, json=request())
            while response.status_code == _TOO_MANY and retries:
                retries -= 1
                response = client.post(_PATH, json=request())
            response.raise_for_status()

    def stream(self, sdk: Any, address: str) -> Generator[object]:
        """Ask for a stream."""
        with (
            sdk.Client(base_url=address, trust_env=False) as client,
            client.stream("POST", _PATH, json=request(stream=True)) as response,
        ):
            yield from response.iter_lines()

    async def ask_async(self, sdk: Any, address: str) -> None:
        """Ask once with the asynchronous client."""
        async with sdk.AsyncClient(base_url=address, trust_env=False) as client:
            (await client.post(_PATH, json=request())).raise_for_status()
