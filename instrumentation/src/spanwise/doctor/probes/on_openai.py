"""Drives openai."""

# ruff: noqa: ANN401  the SDK is whatever version is installed

from collections.abc import Generator
from typing import Any

from spanwise.doctor.openai_chat import MESSAGES, MODEL, OpenAIChat


class OnOpenAI:
    """Chat completions of the openai SDK."""

    distribution = "openai"
    module = "openai"
    speech = OpenAIChat()

    def ask(self, sdk: Any, address: str, *, retries: int) -> None:
        """Ask once."""
        with sdk.OpenAI(api_key="none", base_url=f"{address}/v1", max_retries=retries) as client:
            client.chat.completions.create(model=MODEL, messages=MESSAGES)

    def stream(self, sdk: Any, address: str) -> Generator[object]:
        """Ask for a stream."""
        with sdk.OpenAI(api_key="none", base_url=f"{address}/v1", max_retries=0) as client:
            asked: dict[str, Any] = {"model": MODEL, "messages": MESSAGES, "stream": True}
            with client.chat.completions.create(**asked) as running:
                yield from running

    async def ask_async(self, sdk: Any, address: str) -> None:
        """Ask once with the asynchronous client."""
        async with sdk.AsyncOpenAI(api_key="none", base_url=f"{address}/v1", max_retries=0) as client:
            await client.chat.completions.create(model=MODEL, messages=MESSAGES)
