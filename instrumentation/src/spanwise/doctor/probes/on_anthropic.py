"""Drives anthropic."""

# ruff: noqa: ANN401  the SDK is whatever version is installed

from collections.abc import Generator
from typing import Any, Final

from spanwise.doctor.speech.anthropic_messages import AnthropicMessages

_ASKED: Final[dict[str, Any]] = {
    "model": "claude-sonnet-4-5",
    "max_tokens": 64,
    "messages": [{"role": "user", "content": "Which way does the Danube flow?"}],
}


class OnAnthropic:
    """Messages of the anthropic SDK."""

    distribution = "anthropic"
    module = "anthropic"
    speech = AnthropicMessages()

    def ask(self, sdk: Any, address: str, *, retries: int) -> None:
        """Ask once."""
        with sdk.Anthropic(api_key="none", base_url=address, max_retries=retries) as client:
            client.messages.create(**_ASKED)

    def stream(self, sdk: Any, address: str) -> Generator[object]:
        """Ask for a stream."""
        with (
            sdk.Anthropic(api_key="none", base_url=address, max_retries=0) as client,
            client.messages.create(**_ASKED, stream=True) as running,
        ):
            yield from running

    async def ask_async(self, sdk: Any, address: str) -> None:
        """Ask once with the asynchronous client."""
        async with sdk.AsyncAnthropic(api_key="none", base_url=address, max_retries=0) as client:
            await client.messages.create(**_ASKED)
