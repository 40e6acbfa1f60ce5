"""Drives cohere."""

# ruff: noqa: ANN401  the SDK is whatever version is installed

from collections.abc import Generator
from typing import Any, Final

from spanwise.doctor.speech.cohere_chat import CohereChat

_ASKED: Final[dict[str, Any]] = {
    "model": "command-a-03-2025",
    "messages": [{"role": "user", "content": "Which way does the Danube flow?"}],
}


class OnCohere:
    """Chat of the cohere SDK, version 2 of the API."""

    distribution = "cohere"
    module = "cohere"
    speech = CohereChat()

    def ask(self, sdk: Any, address: str, *, retries: int) -> None:
        """Ask once."""
        client = sdk.ClientV2(api_key="none", base_url=address)
        client.chat(**_ASKED, request_options={"max_retries": retries})

    def stream(self, sdk: Any, address: str) -> Generator[object]:
        """Ask for a stream."""
        yield from sdk.ClientV2(api_key="none", base_url=address).chat_stream(**_ASKED)

    async def ask_async(self, sdk: Any, address: str) -> None:
        """Ask once with the asynchronous client."""
        client = sdk.AsyncClientV2(api_key="none", base_url=address)
        await client.chat(**_ASKED, request_options={"max_retries": 0})
