"""The shape of a probe: how one SDK is driven, and what the server answers it."""

# ruff: noqa: ANN401  an SDK is whatever version is installed; none is a dependency

from collections.abc import Generator, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol


@dataclass(frozen=True, slots=True)
class Reply:
    """What goes back; several parts are sent one after another as a chunked stream."""

    parts: tuple[bytes, ...]
    content_type: str = "application/json"
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict[str, str])


class Speech(Protocol):
    """What the server says in one protocol; the numbers are those that a truthful span has."""

    @property
    def input_tokens(self) -> int: ...  # noqa: D102  named by its type
    @property
    def output_tokens(self) -> int: ...  # noqa: D102
    @property
    def finish(self) -> str: ...  # noqa: D102
    @property
    def finish_with_tool(self) -> str: ...  # noqa: D102

    def answer(self, path: str, body: bytes, *, tool: bool) -> Reply:
        """Answer a request well, streamed where it asks for a stream; with a tool call where `tool` says so."""
        ...

    def refuse(self, status: int) -> Reply:
        """Answer with an error; a 429 asks to come again at once."""
        ...


class NotOffered(Exception):
    """The SDK has no way to do what a case is about; says what it lacks."""


class Probe(Protocol):
    """One SDK. Every method takes the imported module and the address of the server, and raises what the SDK raises."""

    @property
    def distribution(self) -> str:
        """Name the SDK as it is installed."""
        ...

    @property
    def module(self) -> str:
        """Name the SDK as it is imported."""
        ...

    @property
    def speech(self) -> Speech:
        """Give what the server shall say."""
        ...

    def ask(self, sdk: Any, address: str, *, retries: int) -> None:
        """Ask once and wait for the answer, trying again up to `retries` times."""
        ...

    def stream(self, sdk: Any, address: str) -> Generator[object]:
        """Ask for a stream and give its chunks; closing the generator leaves the stream."""
        ...

    async def ask_async(self, sdk: Any, address: str) -> None:
        """Ask once with the asynchronous client. Raises NotOffered where there is none."""
        ...
