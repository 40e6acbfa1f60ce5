"""Reads what is said in Cohere's chat of version 1."""

from collections.abc import Sequence
from typing import Any, Final

from spanwise.apis.measure import count, elements, members, word
from spanwise.content import parts as made
from spanwise.content.pieces import Pieces
from spanwise.content.reader import Given, Message, Part

_ROLES: Final = {"CHATBOT": "assistant", "USER": "user", "SYSTEM": "system", "TOOL": "tool"}


def given(body: bytes) -> Given:
    """Read preamble, history, message, tool results, documents and tools."""
    told = made.decoded(body)
    messages = [_turn(members(turn)) for turn in elements(told.get("chat_history"))]
    documents: list[Part] = [{"type": "document", "content": each} for each in elements(told.get("documents"))]
    asked = [*made.text(told.get("message")), *documents]
    if asked:
        messages.append(made.message("user", asked))
    if results := _results(told):
        messages.append(made.message("tool", results))
    tools = [_tool(members(each)) for each in elements(told.get("tools"))]
    return Given(system=made.text(told.get("preamble")), messages=messages, tools=tools)


def answered(body: bytes) -> list[Message]:
    """Read text and tool calls."""
    return _answer(made.decoded(body))


def streamed(pieces: Sequence[bytes], asked: bytes) -> list[Message]:
    """Take the whole response that the last event repeats; where the stream did not come to that, what there is."""
    del asked
    whole = _answer(members(made.decoded(pieces[-1]).get("response"))) if pieces else []
    if whole:
        return whole
    said = Pieces()
    for piece in pieces:
        event = made.decoded(piece)
        if event.get("event_type") == "text-generation":
            said.say(0, "text", event.get("text"))
        delta = members(event.get("tool_call_delta"))
        if delta:
            said.grow(0, count(delta.get("index")) or 0, "tool_call", delta.get("parameters"), name=delta.get("name"))
    return said.messages()


def _answer(told: dict[str, Any]) -> list[Message]:
    parts = [*made.text(told.get("text")), *_calls(told)]
    return [made.message("assistant", parts)] if parts else []


def _calls(told: dict[str, Any]) -> list[Part]:
    calls = map(members, elements(told.get("tool_calls")))
    return [made.call(None, each.get("name"), each.get("parameters")) for each in calls]


def _results(told: dict[str, Any]) -> list[Part]:
    """Read results, which go by the name of the tool: calls have no ids in this version."""
    results = map(members, elements(told.get("tool_results")))
    return [made.result(members(each.get("call")).get("name"), each.get("outputs")) for each in results]


def _turn(turn: dict[str, Any]) -> Message:
    role = word(turn.get("role")) or ""
    parts = [*made.text(turn.get("message")), *_calls(turn), *_results(turn)]
    return made.message(_ROLES.get(role.upper(), role), parts)


def _tool(tool: dict[str, Any]) -> Part:
    return made.function(tool.get("name"), tool.get("description"), tool.get("parameter_definitions"))
