"""The shape of an API reader, and the records it fills."""

from collections.abc import Mapping
from typing import Protocol

import msgspec

BYTES_PER_TOKEN = 4
PENDING = frozenset({"queued", "in_progress"})
"""The states of an answer that has not ended; nothing of what it uses is told yet."""


class ToolResult(msgspec.Struct, frozen=True, gc=False):
    """A tool's result that a request carries back to the model; `size` is the UTF-8 bytes of its text."""

    call_id: str
    size: int = 0


class Asked(msgspec.Struct, frozen=True, gc=False):
    """What a request asks for, as far as a span tells it; None is not told."""

    model: str | None = None
    stream: bool = False
    operation: str | None = None
    """Where one API has several; None is the API's own."""
    max_tokens: int | None = None
    temperature: float | None = None
    top_p: float | None = None
    choice_count: int | None = None
    seed: int | None = None
    reasoning_level: str | None = None
    dimensions: int | None = None
    """Of an embedding."""
    encoding_formats: tuple[str, ...] = ()
    """Of an embedding."""
    conversation: str | None = None
    """Only where the API itself has one."""
    previous_response: str | None = None
    tool_results: tuple[ToolResult, ...] = ()
    """Those that came since the model last spoke, which is those of the last messages."""


class ToolCall(msgspec.Struct, gc=False):
    """A tool call that the model asks for."""

    id: str | None = None
    name: str | None = None


class Answer(msgspec.Struct):
    """What a provider has answered so far; None is not known, never nought.

    Input tokens include those read from and written to a cache; output tokens include reasoning.
    """

    model: str | None = None
    response_id: str | None = None
    finish_reasons: dict[int, str] = {}
    input_tokens: int | None = None
    output_tokens: int | None = None
    cache_read_tokens: int | None = None
    cache_write_tokens: int | None = None
    cache_write_1h_tokens: int | None = None
    """The part of the cache writes that is kept for an hour."""
    reasoning_tokens: int | None = None
    tool_calls: dict[int | str, ToolCall] = {}
    """By the key that joins the pieces of a stream: an index or an id."""
    cost_usd: float | None = None
    """What the provider or a gateway says that the call cost."""
    service_tier: str | None = None
    status: str | None = None
    """Of an API that can answer before it is done (queued, in_progress, completed, incomplete, failed, cancelled)."""
    output_bytes: int = 0
    """UTF-8 bytes of generated text, reasoning and tool arguments seen; the first above nought is the first chunk."""
    said: list[str] | None = None
    """The text for people, piece by piece, of the first choice; None where nobody asks for it."""
    finished: bool = False
    """The provider said everything it had to say."""
    error_type: str | None = None


class Api(Protocol):
    """Reads one API: pure functions from bytes to records, no input or output.

    No method raises for what a caller or a provider may send: wrong types, negative counts and truncated bodies give
    False, None or an empty record. A reader may also have `fold_headers(headers: Mapping[str, str], answer) -> None`,
    called with the headers of every response (found in any case) before its body is folded.
    """

    @property
    def operation(self) -> str:
        """Name the operation in the words of `gen_ai.operation.name`."""
        ...

    @property
    def attributes(self) -> Mapping[str, str]:
        """Give the attributes that every span of this API carries."""
        ...

    @property
    def provider(self) -> str | None:
        """Name the provider where the host is in no table; None is `openai`, whose protocol it then speaks."""
        ...

    def recognises(self, path: str) -> bool:
        """Say whether a POST to this path is a call of this API.

        `path` has no query; its percent-escapes may be undone already or not, as the client has it. An API must not
        claim what another one owns.
        """
        ...

    def read_request(self, path: str, body: bytes) -> Asked:
        """Read what is asked; a body that cannot be read gives what the path tells."""
        ...

    def ask_for_usage(self, body: bytes) -> bytes | None:
        """Give a body that also asks for the usage of a stream; None where nothing is to be asked for."""
        ...

    def fold_body(self, body: bytes, answer: Answer) -> bool:
        """Fold a whole response into the answer; False where it is not a response of this API."""
        ...

    def fold_event(self, data: bytes, answer: Answer) -> bool:
        """Fold one piece of a stream; True where it is the usage event that `ask_for_usage` brings.

        The response's content type says what a piece is:

        - `text/event-stream`: the data of one event, its data lines joined; never empty.
        - `application/x-ndjson` and other JSON lines: one line.
        - `application/json` answering a streamed request: one element of the array that is the body.
        - `application/vnd.amazon.eventstream`: one message as the member of the union that AWS models a stream as,
          `{"<:event-type>":<payload>}`, so `{"contentBlockDelta":{…}}` or `{"chunk":{"bytes":"…"}}`; an exception by
          its `:exception-type`, `{"throttlingException":{…}}`; an unmodelled error as
          `{"error":{"code":"<:error-code>","message":"…"}}`. A payload that is not JSON is passed as it is.
        """
        ...

    def input_bytes(self, body: bytes) -> int:
        """Count the UTF-8 bytes of what the model is given to read."""
        ...


class Reader:
    """What most APIs have in common: no attributes of their own, nothing to ask for, no stream."""

    attributes: Mapping[str, str] = {}
    provider: str | None = None

    def ask_for_usage(self, body: bytes) -> bytes | None:
        """Ask for nothing: usage always comes."""
        del body

    def fold_event(self, data: bytes, answer: Answer) -> bool:
        """Fold nothing: this is never streamed."""
        del data, answer
        return False


def estimated_tokens(text_bytes: int) -> int:
    """Estimate tokens as one for each four UTF-8 bytes, rounded up.

    English has about four characters a token, Chinese about three quarters of a token for a character of three bytes:
    one rule in bytes serves both. Good to some tens of per cent, therefore always marked as an estimate.
    """
    return -(-text_bytes // BYTES_PER_TOKEN)
