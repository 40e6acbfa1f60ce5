"""Drives google-genai."""

# ruff: noqa: ANN401  the SDK is whatever version is installed

from collections.abc import Generator
from typing import Any, Final

from spanwise.doctor.speech.gemini import Gemini

_ASKED: Final[dict[str, Any]] = {"model": "gemini-2.5-flash", "contents": "Which way does the Danube flow?"}


class OnGoogleGenai:
    """generateContent of the google-genai SDK, as AI Studio has it."""

    distribution = "google-genai"
    module = "google.genai"
    speech = Gemini()

    def ask(self, sdk: Any, address: str, *, retries: int) -> None:
        """Ask once."""
        client = self._open(sdk, address, retries)  # one that nobody holds closes itself
        client.models.generate_content(**_ASKED)

    def stream(self, sdk: Any, address: str) -> Generator[object]:
        """Ask for a stream."""
        client = self._open(sdk, address, 0)
        yield from client.models.generate_content_stream(**_ASKED)

    async def ask_async(self, sdk: Any, address: str) -> None:
        """Ask once with the asynchronous client."""
        client = self._open(sdk, address, 0)
        await client.aio.models.generate_content(**_ASKED)

    def _open(self, sdk: Any, address: str, retries: int) -> Any:
        again = sdk.types.HttpRetryOptions(attempts=retries + 1, initial_delay=0.01)
        options = sdk.types.HttpOptions(base_url=address, retry_options=again)
        return sdk.Client(api_key="none", vertexai=False, http_options=options)
