"""Reads what is said in Ollama's own API: chat, generate and embed."""

from collections.abc import Sequence
from typing import Any

from spanwise.apis.measure import elements, members
from spanwise.content import parts as made
from spanwise.content.openai_parts import calls_of, tool_of
from spanwise.content.pieces import Pieces
from spanwise.content.reader import Given, Message, Part


def given(body: bytes) -> Given:
    """Read messages, or system, prompt, suffix and images, or the texts to embed, and tools."""
    told = made.decoded(body)
    messages = [_message(members(turn)) for turn in elements(told.get("messages"))]
    parts = [part for key in ("prompt", "suffix", "input") for part in made.texts(told.get(key))]
    parts += _images(told)
    if parts:
        messages.append(made.message("user", parts))
    tools = [tool for each in elements(told.get("tools")) for tool in tool_of(each)]
    return Given(system=made.text(told.get("system")), messages=messages, tools=tools)


def answered(body: bytes) -> list[Message]:
    """Read the message of a chat, or what was generated."""
    return streamed([body], b"")


def streamed(pieces: Sequence[bytes], asked: bytes) -> list[Message]:
    """Join thoughts and texts; each call of a tool comes whole."""
    del asked
    said = Pieces()
    for piece in pieces:
        told = made.decoded(piece)
        message = members(told.get("message")) or told
        said.say(0, "reasoning", message.get("thinking"))
        said.say(0, "text", message.get("content") or message.get("response"))
        for call in calls_of(message):
            said.put(0, object(), [call])
    return said.messages()


def _message(turn: dict[str, Any]) -> Message:
    if turn.get("role") == "tool":
        called = turn.get("tool_call_id") or turn.get("tool_name")
        return made.message("tool", [made.result(called, turn.get("content"))])
    parts = [*made.reasoning(turn.get("thinking")), *made.text(turn.get("content")), *_images(turn), *calls_of(turn)]
    return made.message(turn.get("role"), parts)


def _images(told: dict[str, Any]) -> list[Part]:
    return [made.blob("image/*", each, "image") for each in elements(told.get("images")) if isinstance(each, str)]
