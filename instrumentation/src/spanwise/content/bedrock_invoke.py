"""Reads what is said in Bedrock's InvokeModel: the form of the bytes tells which family's reader does."""

from base64 import b64decode
from collections.abc import Sequence
from typing import Any, Final

from spanwise.apis.measure import elements, members
from spanwise.content import (
    anthropic_messages,
    bedrock_converse,
    bedrock_flat,
    cohere_chat,
    cohere_chat_v1,
    openai_chat,
)
from spanwise.content import parts as made
from spanwise.content.reader import Given, Message, Reader

_NOVA: Final = frozenset({"inferenceConfig", "schemaVersion", "toolConfig"})
_NOVA_TOLD: Final = frozenset({"output", "contentBlockDelta", "contentBlockStart", "messageStart", "messageStop"})


def given(body: bytes) -> Given:
    """Read a request in its family's form."""
    told = made.decoded(body)
    reader: Reader = bedrock_flat
    if "messages" in told:
        reader = openai_chat
        if "anthropic_version" in told:
            reader = anthropic_messages
        elif told.keys() & _NOVA:
            reader = bedrock_converse
    elif "message" in told:
        reader = cohere_chat_v1
    return reader.given(body)


def answered(body: bytes) -> list[Message]:
    """Read an answer in its family's form."""
    return _family(made.decoded(body)).answered(body)


def streamed(pieces: Sequence[bytes], asked: bytes) -> list[Message]:
    """Read the events that the chunks hold, in the form that the first of them shows."""
    events = [event for piece in pieces if (event := _event(piece))]
    family: Reader = _family(made.decoded(events[0])) if events else bedrock_flat
    return family.streamed(events, asked)


def _event(piece: bytes) -> bytes | None:
    chunk = members(made.decoded(piece).get("chunk")).get("bytes")
    try:
        return b64decode(chunk) if isinstance(chunk, str) else None
    except ValueError:
        return None


def _family(told: dict[str, Any]) -> Reader:
    choices = elements(told.get("choices"))
    if choices:
        speaks = members(choices[0]).keys() & {"message", "delta"}
        return openai_chat if speaks else bedrock_flat
    if told.keys() & _NOVA_TOLD:
        return bedrock_converse
    if "event_type" in told or "generation_id" in told:
        return cohere_chat_v1
    if isinstance(kind := told.get("type"), str):
        return cohere_chat if "-" in kind else anthropic_messages  # content-delta, content_block_delta
    return cohere_chat if "message" in told else bedrock_flat
