"""Reads what is said in chat completions."""

from collections.abc import Sequence
from typing import Any

import msgspec

from spanwise.apis.measure import elements, members, read
from spanwise.apis.openai_wire import DONE
from spanwise.content import parts as made
from spanwise.content.openai_parts import message_of, part_of, tool_of
from spanwise.content.pieces import Pieces
from spanwise.content.reader import Given, Message


class _Function(msgspec.Struct, gc=False):
    name: str | None = None
    arguments: Any = None


class _Call(msgspec.Struct, gc=False):
    index: int | None = None
    id: str | None = None
    function: _Function | None = None


class _Audio(msgspec.Struct, gc=False):
    transcript: str | None = None


class _Delta(msgspec.Struct, gc=False):
    content: Any = None
    reasoning_content: str | None = None
    reasoning: str | None = None
    refusal: str | None = None
    tool_calls: list[_Call] | None = None
    audio: _Audio | None = None


class _Choice(msgspec.Struct, gc=False):
    index: int = 0
    delta: _Delta | None = None


class _Chunk(msgspec.Struct, gc=False):
    choices: list[_Choice] | None = None


_chunk = msgspec.json.Decoder(_Chunk)
_chunks = msgspec.json.Decoder(list[_Chunk])


def given(body: bytes) -> Given:
    """Read messages, or what is to be filled in between `prompt` and `suffix`, and tools."""
    told = made.decoded(body)
    messages = [message_of(turn) for turn in elements(told.get("messages"))]
    filled = [*made.text(told.get("prompt")), *made.text(told.get("suffix"))]
    if filled:
        messages.append(made.message("user", filled))
    functions = [{"function": each} for each in elements(told.get("functions"))]
    tools = [tool for each in (*elements(told.get("tools")), *functions) for tool in tool_of(each)]
    return Given(messages=messages, tools=tools)


def answered(body: bytes) -> list[Message]:
    """Read the message of each choice."""
    choices = elements(made.decoded(body).get("choices"))
    return [message_of(members(choice).get("message"), "assistant") for choice in choices]


def streamed(pieces: Sequence[bytes], asked: bytes) -> list[Message]:
    """Join the deltas of each choice."""
    del asked
    said = Pieces()
    for chunk in _chunks_of(pieces):
        for choice in chunk.choices or ():
            if choice.delta is not None:
                _fold(choice.index, choice.delta, said)
    return said.messages()


def _chunks_of(pieces: Sequence[bytes]) -> list[_Chunk]:
    """Decode all pieces at once, and one by one only where one of them cannot be read."""
    told = [piece for piece in pieces if piece != DONE]
    chunks = read(_chunks, b"[" + b",".join(told) + b"]")
    return [chunk for piece in told if (chunk := read(_chunk, piece))] if chunks is None else chunks


def _fold(choice: int, delta: _Delta, said: Pieces) -> None:
    if isinstance(delta.content, str):
        said.say(choice, "text", delta.content)
    elif delta.content is not None:  # Mistral's parts
        for each in elements(delta.content):
            for part in part_of(each):
                said.say(choice, part["type"], part.get("content"))
    if delta.reasoning_content or delta.reasoning:
        said.say(choice, "reasoning", delta.reasoning_content or delta.reasoning)
    if delta.refusal:
        said.say(choice, "refusal", delta.refusal)
    if delta.audio is not None:
        said.say(choice, "text", delta.audio.transcript)
    for place, each in enumerate(delta.tool_calls or ()):
        _fold_call(choice, place, each, said)


def _fold_call(choice: int, place: int, call: _Call, said: Pieces) -> None:
    function = call.function or _Function()
    arguments = function.arguments
    if arguments is not None and not isinstance(arguments, str):
        arguments = msgspec.json.encode(arguments).decode()
    key = place if call.index is None else call.index
    said.grow(choice, key, "tool_call", arguments, call_id=call.id, name=function.name)
