"""Drives openai, and the SDKs that are generated in its likeness and speak its protocol: groq and together."""

# ruff: noqa: ANN401  an SDK is whatever version is installed

from collections.abc import Generator
from typing import Any

from spanwise.doctor.speech.openai_chat import MESSAGES, MODEL, OpenAIChat


class OpenAIFamily:
    """Chat completions of one SDK; `client` is the name of its class, `path` what follows the server's address."""

    speech = OpenAIChat()

    def __init__(self, name: str, client: str, path: str = "") -> None:
        self.distribution = name
        self.module = name
        self._client = client
        self._path = path

    def ask(self, sdk: Any, address: str, *, retries: int) -> None:
        """Ask once."""
        with self._open(sdk, address, self._client, retries) as client:
            client.chat.completions.create(model=MODEL, messages=MESSAGES)

    def stream(self, sdk: Any, address: str) -> Generator[object]:
        """Ask for a stream."""
        with self._open(sdk, address, self._client, 0) as client:
            asked: dict[str, Any] = {"model": MODEL, "messages": MESSAGES, "stream": True}
            with client.chat.completions.create(**asked) as running:
                yield from running

    async def ask_async(self, sdk: Any, address: str) -> None:
        """Ask once with the asynchronous client."""
        async with self._open(sdk, address, f"Async{self._client}", 0) as client:
            await client.chat.completions.create(model=MODEL, messages=MESSAGES)

    def _open(self, sdk: Any, address: str, client: str, retries: int) -> Any:
        return getattr(sdk, client)(api_key="none", base_url=f"{address}{self._path}", max_retries=retries)
