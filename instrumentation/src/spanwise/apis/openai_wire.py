"""What the APIs of OpenAI, and those who speak them, share on the wire: usage, text, deployments and errors."""

from typing import Any, Final
from urllib.parse import unquote

import msgspec
from msgspec import UNSET, UnsetType

from spanwise.apis.api import BYTES_PER_TOKEN, Answer
from spanwise.apis.billed import Billed
from spanwise.apis.measure import count, elements, members, read, utf8_bytes, word
from spanwise.apis.measure import text_bytes as measured

DONE: Final = b"[DONE]"
CHATS: Final = ("/chat/completions", "/fim/completions", "/agents/completions")
"""Paths that answer with a `chat.completion`; the last two are Mistral's."""

_ASK: Final = b'{"stream_options":{"include_usage":true}'
_TEXT_KEYS: Final = frozenset(
    {
        "content",
        "text",
        "refusal",
        "tool_calls",
        "function",
        "arguments",
        "output",
        "summary",
        "input",
        "thinking",
    }
)


class InputDetails(msgspec.Struct, gc=False):
    """Parts of the input."""

    cached_tokens: Any = None
    cache_write_tokens: Any = None
    cache_creation_input_tokens: Any = None  # DashScope

    def written(self) -> int | None:
        """Give the tokens written to a cache."""
        told = self.cache_creation_input_tokens if self.cache_write_tokens is None else self.cache_write_tokens
        return None if told is None else count(told)


class OutputDetails(msgspec.Struct, gc=False):
    """Parts of the output."""

    reasoning_tokens: Any = None


class CompletionUsage(Billed, gc=False):
    """Usage in the words of chat completions, completions and embeddings."""

    prompt_tokens: Any = None
    completion_tokens: Any = None
    total_tokens: Any = None
    prompt_tokens_details: InputDetails | None = None
    completion_tokens_details: OutputDetails | None = None
    cached_tokens: Any = None  # Moonshot
    prompt_cache_hit_tokens: Any = None  # DeepSeek
    cache_creation_input_tokens: Any = None  # LiteLLM

    def fold(self, answer: Answer) -> None:
        """Put the counts into the answer."""
        settle(
            answer,
            (self.prompt_tokens, self.completion_tokens, self.total_tokens),
            self.prompt_tokens_details,
            self.completion_tokens_details,
        )
        answer.cost_usd = self.cost_usd()
        hit = self.cached_tokens if self.prompt_cache_hit_tokens is None else self.prompt_cache_hit_tokens
        if hit is not None and answer.cache_read_tokens is None:
            answer.cache_read_tokens = count(hit)
        if self.cache_creation_input_tokens is not None and answer.cache_write_tokens is None:
            answer.cache_write_tokens = count(self.cache_creation_input_tokens)


class _StreamOptions(msgspec.Struct, gc=False):
    include_usage: bool | UnsetType | None = UNSET


class _Failure(msgspec.Struct, gc=False):
    error: Any


class _Options(msgspec.Struct, gc=False):
    stream_options: _StreamOptions | UnsetType | None = UNSET


_options = msgspec.json.Decoder(_Options)
_failure = msgspec.json.Decoder(_Failure)
_members = msgspec.json.Decoder(dict[str, msgspec.Raw])


def settle(
    answer: Answer, told: tuple[object, object, object], given: InputDetails | None, made: OutputDetails | None
) -> None:
    """Put the counts into the answer, so that input includes cache and output includes reasoning.

    `told` is input, output and total. xAI counts reasoning beside the output: then the total is the sum of all three.
    """
    sent, said = count(told[0]), count(told[1])
    answer.cache_read_tokens = count(given.cached_tokens) if given is not None else None
    answer.cache_write_tokens = given.written() if given is not None else None
    answer.reasoning_tokens = reasoning = count(made.reasoning_tokens) if made is not None else None
    if reasoning and sent is not None and said is not None and count(told[2]) == sent + said + reasoning:
        said += reasoning
    answer.input_tokens, answer.output_tokens = sent, said


def ask_for_usage(body: bytes) -> bytes | None:
    """Set `stream_options.include_usage` where the caller left it open; None where it cannot be set."""
    asked = read(_options, body)
    if asked is None:
        return None
    options = asked.stream_options
    if options is UNSET:  # the common case: nothing to merge, so no need to take the body apart
        rest = body.lstrip()[1:]
        return _ASK + (b"," if rest.lstrip()[:1] != b"}" else b"") + rest
    if options is not None and options.include_usage not in {UNSET, None}:
        return None
    parts = read(_members, body)
    kept = {} if parts is None or options is None else read(_members, bytes(parts["stream_options"]))
    if parts is None or kept is None:
        return None
    merged = msgspec.json.encode({**kept, "include_usage": True})
    return msgspec.json.encode({**parts, "stream_options": msgspec.Raw(merged)})


def deployment_of(path: str) -> str | None:
    """Name the deployment in Azure's `/openai/deployments/{name}/…`, where the body need not name a model."""
    _, found, rest = path.partition("/deployments/")
    return unquote(rest.partition("/")[0]) or None if found else None


def text_bytes(value: object) -> int:
    """Count the UTF-8 bytes of a string, or of all text inside a message, leaving out images and sound."""
    return utf8_bytes(value) if isinstance(value, str) else measured(value, _TEXT_KEYS)


def prompt_bytes(prompt: object) -> int:
    """Measure a text, a list of texts, or token numbers, each of which stands for the bytes of one token."""
    if isinstance(prompt, int):
        return BYTES_PER_TOKEN
    return sum(prompt_bytes(part) for part in elements(prompt)) or text_bytes(prompt)


def told_error(body: bytes) -> str | None:
    """Name the error where a body is one; None for every other body."""
    failure = read(_failure, body)
    return error_type(failure.error) if failure is not None and failure.error else None


def error_type(error: object) -> str:
    """Name an error told inside an answer by its code or type, as the provider words it."""
    told = members(error)
    code = told.get("code")
    return str(code) if isinstance(code, int) and code else word(code) or word(told.get("type")) or "stream_error"
