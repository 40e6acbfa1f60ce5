"""Drives requests, with no SDK above it."""

# ruff: noqa: ANN401  the library is whatever version is installed; it is no dependency of ours

from collections.abc import Generator
from typing import Any

from spanwise.doctor.probe import NotOffered
from spanwise.doctor.speech.openai_chat import OpenAIChat, request

_PATH = "/v1/chat/completions"
_TOO_MANY = 429
_TIMEOUT_S = 30


class OnRequests:
    """Sessions of requests; asking again stands here."""

    distribution = "requests"
    module = "requests"
    speech = OpenAIChat()

    def ask(self, sdk: Any, address: str, *, retries: int) -> None:
        """Ask, and again where there was too much."""
        with self._open(sdk) as session:
            response = session.post(f"{address}{_PATH}", json=request(), timeout=_TIMEOUT_S)
            while response.status_code == _TOO_MANY and retries:
                retries -= 1
                response = session.post(f"{address}{_PATH}", json=request(), timeout=_TIMEOUT_S)
            response.raise_for_status()

    def stream(self, sdk: Any, address: str) -> Generator[object]:
        """Ask for a stream."""
        asked: dict[str, Any] = {"json": request(stream=True), "stream": True, "timeout": _TIMEOUT_S}
        with self._open(sdk) as session, session.post(f"{address}{_PATH}", **asked) as response:
            yield from response.iter_lines(chunk_size=1)

    async def ask_async(self, sdk: Any, address: str) -> None:
        """Say that there is no asynchronous client."""
        del sdk, address
        raise NotOffered("no asynchronous client")

    def _open(self, sdk: Any) -> Any:
        session = sdk.Session()
        session.trust_env = False  # a proxy of the environment would not reach the loopback interface
        return session
