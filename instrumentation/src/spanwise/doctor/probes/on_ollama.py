"""Drives ollama."""

# ruff: noqa: ANN401  the SDK is whatever version is installed

from collections.abc import Generator
from typing import Any, Final

from spanwise.doctor.speech.ollama import Ollama

_TOO_MANY: Final = 429
_ASKED: Final[dict[str, Any]] = {
    "model": "llama3.2",
    "messages": [{"role": "user", "content": "Which way does the Danube flow?"}],
}


class OnOllama:
    """Chat of the ollama SDK; it never retries by itself, so asking again stands here."""

    distribution = "ollama"
    module = "ollama"
    speech = Ollama()

    def ask(self, sdk: Any, address: str, *, retries: int) -> None:
        """Ask, and again where there was too much."""
        client = sdk.Client(host=address, trust_env=False)
        while True:
            try:
                client.chat(**_ASKED)
            except sdk.ResponseError as fault:
                if fault.status_code != _TOO_MANY or not retries:
                    raise
                retries -= 1
            else:
                return

    def stream(self, sdk: Any, address: str) -> Generator[object]:
        """Ask for a stream."""
        yield from sdk.Client(host=address, trust_env=False).chat(**_ASKED, stream=True)

    async def ask_async(self, sdk: Any, address: str) -> None:
        """Ask once with the asynchronous client."""
        await sdk.AsyncClient(host=address, trust_env=False).chat(**_ASKED)
