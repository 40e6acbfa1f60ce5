"""Drives mistralai."""

# ruff: noqa: ANN401  the SDK is whatever version is installed

import importlib
from collections.abc import Generator
from typing import Any

from spanwise.doctor.speech.openai_chat import MESSAGES, OpenAIChat

_MODEL = "mistral-small-latest"
_BACKOFF_MS = (10, 100, 1.5, 2000)


class OnMistralai:
    """Chat of the mistralai SDK; from version 2 its classes are in `mistralai.client`."""

    distribution = "mistralai"
    module = "mistralai"
    speech = OpenAIChat()

    def ask(self, sdk: Any, address: str, *, retries: int) -> None:
        """Ask once."""
        with self._open(sdk, address, retries) as client:
            client.chat.complete(model=_MODEL, messages=MESSAGES)

    def stream(self, sdk: Any, address: str) -> Generator[object]:
        """Ask for a stream."""
        with (
            self._open(sdk, address, 0) as client,
            client.chat.stream(model=_MODEL, messages=MESSAGES) as running,
        ):
            yield from running

    async def ask_async(self, sdk: Any, address: str) -> None:
        """Ask once with the asynchronous client."""
        async with self._open(sdk, address, 0) as client:
            await client.chat.complete_async(model=_MODEL, messages=MESSAGES)

    def _open(self, sdk: Any, address: str, retries: int) -> Any:
        home = sdk if hasattr(sdk, "Mistral") else importlib.import_module("mistralai.client")
        tools = importlib.import_module(f"{home.__name__}.utils")
        again = tools.RetryConfig("backoff", tools.BackoffStrategy(*_BACKOFF_MS), retry_connection_errors=False)
        return home.Mistral(api_key="none", server_url=address, retry_config=again if retries else None)
