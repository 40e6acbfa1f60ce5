"""Reads what is said in Cohere's chat of version 2."""

from collections.abc import Sequence
from typing import Any

from spanwise.apis.measure import count, elements, members
from spanwise.content import parts as made
from spanwise.content.openai_parts import calls_of, parts_of, tool_of
from spanwise.content.pieces import Pieces
from spanwise.content.reader import Given, Message, Part


def given(body: bytes) -> Given:
    """Read messages, the documents beside them, and tools."""
    told = made.decoded(body)
    messages = [_message(members(turn)) for turn in elements(told.get("messages"))]
    documents = [_document(each) for each in elements(told.get("documents"))]
    if documents:
        messages.append(made.message("user", documents))
    tools = [tool for each in elements(told.get("tools")) for tool in tool_of(each)]
    return Given(messages=messages, tools=tools)


def answered(body: bytes) -> list[Message]:
    """Read the message."""
    told = members(made.decoded(body).get("message"))
    return [_message({"role": "assistant", **told})] if told else []


def streamed(pieces: Sequence[bytes], asked: bytes) -> list[Message]:
    """Join plan, text and arguments, each part by its index."""
    del asked
    said = Pieces()
    for piece in pieces:
        event = made.decoded(piece)
        message = members(members(event.get("delta")).get("message"))
        _fold(count(event.get("index")) or 0, message, said)
    return said.messages()


def _fold(place: int, message: dict[str, Any], said: Pieces) -> None:
    said.say(0, "reasoning", message.get("tool_plan"))
    content = members(message.get("content"))
    said.say(0, "text", content.get("text"))
    said.say(0, "reasoning", content.get("thinking"))
    calls = message.get("tool_calls")
    for at, call in enumerate(map(members, elements(calls) or [calls]), place):
        if call:
            function = members(call.get("function"))
            told = function.get("arguments")
            said.grow(0, at, "tool_call", told, call_id=call.get("id"), name=function.get("name"))


def _message(turn: dict[str, Any]) -> Message:
    """Read a message; the plan before tool calls is reasoning."""
    if turn.get("role") == "tool":
        content = turn.get("content")
        response = [part for each in elements(content) for part in _part(each)] or content
        return made.message("tool", [made.result(turn.get("tool_call_id"), response)])
    content = turn.get("content")
    parts = made.reasoning(turn.get("tool_plan"))
    parts += [part for each in elements(content) for part in _part(each)] or parts_of(content)
    return made.message(turn.get("role"), [*parts, *calls_of(turn)])


def _part(part: object) -> list[Part]:
    return [_document(members(part).get("document"))] if members(part).get("type") == "document" else parts_of([part])


def _document(document: object) -> Part:
    return {"type": "document", "content": document}
