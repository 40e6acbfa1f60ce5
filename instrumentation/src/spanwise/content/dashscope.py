"""Reads what is said in DashScope's own API."""

from collections.abc import Sequence
from itertools import pairwise
from typing import Any, Final

from spanwise.apis.measure import count, elements, members, word
from spanwise.content import parts as made
from spanwise.content.openai_parts import calls_of, tool_of
from spanwise.content.pieces import Pieces
from spanwise.content.reader import Given, Message, Part

_MEDIA: Final = ("image", "audio", "video")
_ASKED: Final = ("prompt", "texts", "contents", "query", "documents")


def given(body: bytes) -> Given:
    """Read messages, a prompt, or texts to embed or to rank, and tools."""
    told = made.decoded(body)
    asked = members(told.get("input"))
    messages = [_message(members(turn)) for turn in elements(asked.get("messages"))]
    parts = [part for key in _ASKED for part in _parts(asked.get(key))]
    if parts:
        messages.append(made.message("user", parts))
    tools = elements(members(told.get("parameters")).get("tools"))
    return Given(messages=messages, tools=[tool for each in tools for tool in tool_of(each)])


def answered(body: bytes) -> list[Message]:
    """Read the message of each choice, or the bare text."""
    output = members(made.decoded(body).get("output"))
    choices = map(members, elements(output.get("choices")))
    told = [_message({"role": "assistant", **members(each.get("message"))}) for each in choices]
    return told or ([made.message("assistant", parts)] if (parts := made.text(output.get("text"))) else [])


def streamed(pieces: Sequence[bytes], asked: bytes) -> list[Message]:
    """Join what is new in each event; without `incremental_output` an event tells all so far, and the last is whole.

    Some models always tell only what is new: then an event does not begin with the text of the one before.
    """
    messages = [answered(piece) for piece in pieces]
    told = [each for each in messages if each]
    if not told:
        return []
    parameters = members(made.decoded(asked).get("parameters"))
    if parameters.get("incremental_output") is not True and _repeats(told):
        return told[-1]
    said = Pieces()
    for piece in pieces:
        _fold(members(made.decoded(piece).get("output")), said)
    return said.messages()


def _repeats(told: list[list[Message]]) -> bool:
    """Say whether each event repeats what the one before said."""
    texts = ["".join(str(part.get("content", "")) for part in each[0]["parts"]) for each in told]
    return all(later.startswith(earlier) for earlier, later in pairwise(texts))


def _fold(output: dict[str, Any], said: Pieces) -> None:
    said.say(0, "text", output.get("text"))
    for place, choice in enumerate(map(members, elements(output.get("choices")))):
        index = count(choice.get("index"))
        at = place if index is None else index
        message = members(choice.get("message"))
        said.say(at, "reasoning", message.get("reasoning_content"))
        for part in _parts(message.get("content")):
            said.say(at, part["type"], part.get("content"))
        for nth, call in enumerate(map(members, elements(message.get("tool_calls")))):
            function = members(call.get("function"))
            key = count(call.get("index"))
            told = function.get("arguments")
            said.grow(
                at, nth if key is None else key, "tool_call", told, call_id=call.get("id"), name=function.get("name")
            )


def _message(turn: dict[str, Any]) -> Message:
    if turn.get("role") == "tool":
        return made.message("tool", [made.result(turn.get("tool_call_id") or turn.get("name"), turn.get("content"))])
    parts = [*made.reasoning(turn.get("reasoning_content")), *_parts(turn.get("content")), *calls_of(turn)]
    return made.message(turn.get("role"), parts)


def _parts(content: object) -> list[Part]:
    """Read a string, a list of strings, or a list of parts that are each named by its only member."""
    return [part for each in elements(content) or [content] for part in _part(each)]


def _part(part: object) -> list[Part]:
    told = members(part)
    if "text" in told:
        return made.text(told["text"])
    for modality in _MEDIA:
        if modality in told:
            urls = elements(told[modality]) or [told[modality]]  # a video may be the list of its frames
            return [each for url in urls for each in made.media(url, modality)]
    return made.verbatim(part, word(told.get("type")) or made.first_key(told))
