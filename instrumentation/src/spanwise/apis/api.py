"""The shape of an API reader, and the two records it fills."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

BYTES_PER_TOKEN = 4


@dataclass(frozen=True, slots=True)
class Asked:
    """What a request asks for, as far as a span tells it."""

    model: str | None = None
    stream: bool = False


@dataclass(slots=True)
class Answer:
    """What a provider has answered so far; None is not known, never nought."""

    model: str | None = None
    response_id: str | None = None
    finish_reasons: dict[int, str] = field(default_factory=dict[int, str])
    input_tokens: int | None = None
    output_tokens: int | None = None
    cache_read_tokens: int | None = None
    cache_write_tokens: int | None = None
    reasoning_tokens: int | None = None
    output_bytes: int = 0
    """UTF-8 bytes of generated text, reasoning and tool arguments seen."""
    finished: bool = False
    """The provider said everything it had to say."""
    error_type: str | None = None


class Api(Protocol):
    """Reads one API: pure functions from bytes to records, no input or output."""

    @property
    def operation(self) -> str:
        """Name the operation in the words of `gen_ai.operation.name`."""
        ...

    @property
    def attributes(self) -> Mapping[str, str]:
        """Give the attributes that every span of this API carries."""
        ...

    def recognises(self, path: str) -> bool:
        """Say whether a POST to this path is a call of this API."""
        ...

    def read_request(self, body: bytes) -> Asked:
        """Read what is asked; a body that cannot be read gives an empty record."""
        ...

    def ask_for_usage(self, body: bytes) -> bytes | None:
        """Give a body that also asks for the usage of a stream; None where the caller has already decided."""
        ...

    def fold_body(self, body: bytes, answer: Answer) -> bool:
        """Fold a whole response into the answer; False where it is not a response of this API."""
        ...

    def fold_event(self, data: bytes, answer: Answer) -> bool:
        """Fold the data of one stream event; True where it is the usage event that `ask_for_usage` brings."""
        ...

    def input_bytes(self, body: bytes) -> int:
        """Count the UTF-8 bytes of what the model is given to read."""
        ...


def estimated_tokens(text_bytes: int) -> int:
    """Estimate tokens as one for each four UTF-8 bytes, rounded up.

    English has about four characters a token, Chinese about three quarters of a token for a character of three bytes:
    one rule in bytes serves both. Good to some tens of per cent, therefore always marked as an estimate.
    """
    return -(-text_bytes // BYTES_PER_TOKEN)
