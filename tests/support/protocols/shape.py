"""The shape of a protocol of the local provider server: one file each, pure functions from a request to a reply.

`anthropic.py`, `gemini.py`, … each offer the two functions of `Speaks` at module level. The server listens, picks the
module that `speaks` the path, decides by script what shall be said (`Say`), sends the reply and keeps the truth.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Call:
    """One request as it arrived; header names in lower case, `path` unquoted as sent, without the query."""

    path: str
    query: str
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True, slots=True)
class Say:
    """What the model shall answer, in the words of the canonical span: input holds cache, output holds reasoning.

    A protocol that cannot tell a part (no cache, no reasoning) leaves it out and says so in `Reply.told`.
    """

    words: tuple[str, ...] = ("The ", "Danube ", "flows ", "east.")
    input_tokens: int = 18
    cache_read_tokens: int = 4
    output_tokens: int = 9
    reasoning_tokens: int = 2
    tool: tuple[str, str, str] | None = None
    """Call id, name and JSON arguments of a tool call that the model makes instead of the words."""
    status: int = 200
    """From 400 on the protocol's own error body is answered."""


@dataclass(frozen=True, slots=True)
class Reply:
    """What goes back: one part is a whole body, several are sent one after another as a chunked stream."""

    parts: tuple[bytes, ...]
    content_type: str = "application/json"
    status: int = 200
    streamed: bool = False
    headers: Mapping[str, str] = field(default_factory=dict)
    told: Mapping[str, object] = field(default_factory=dict)
    """The attributes that a truthful span has of this answer, such as gen_ai.usage.input_tokens."""


class Speaks(Protocol):
    """One protocol."""

    def speaks(self, path: str) -> bool:
        """Say whether a POST to this path belongs to the protocol."""
        ...

    def answer(self, call: Call, say: Say) -> Reply:
        """Answer one request with what shall be said, streamed where the request asks for a stream."""
        ...
