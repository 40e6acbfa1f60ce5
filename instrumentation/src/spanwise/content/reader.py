"""The shape of a content reader, and the record of what a request gives the model."""

from collections.abc import Sequence
from typing import Any, Protocol

import msgspec

Part = dict[str, Any]
"""One part of a message, in the words of the conventions: its `type`, and members that the type names."""
Message = dict[str, Any]
"""One message: its `role` and its `parts`."""


class Given(msgspec.Struct, gc=False):
    """What a request gives the model; `system` is what stands apart from the messages."""

    system: list[Part] = []
    messages: list[Message] = []
    tools: list[Any] = []


class Reader(Protocol):
    """Reads what is said on one API: pure functions from bytes to messages.

    A module is one. No function raises for what a caller or a provider may send: bytes that cannot be read say
    nothing, and a part of an unknown kind is kept as it is.
    """

    def given(self, body: bytes) -> Given:
        """Read a request."""
        ...

    def answered(self, body: bytes) -> list[Message]:
        """Read a whole answer: a message for each choice."""
        ...

    def streamed(self, pieces: Sequence[bytes], asked: bytes) -> list[Message]:
        """Put the pieces of a stream together; `asked` is the request's body, which may say how to."""
        ...
