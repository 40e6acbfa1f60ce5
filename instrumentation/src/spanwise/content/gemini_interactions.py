"""Reads what is said in Gemini's interactions."""

from collections.abc import Sequence
from typing import Any, Final

from spanwise.apis.measure import count, elements, members, word
from spanwise.content import parts as made
from spanwise.content.pieces import Pieces
from spanwise.content.reader import Given, Message, Part

_MIMES: Final = frozenset({"image", "audio", "video", "document"})


def given(body: bytes) -> Given:
    """Read instruction, input and tools."""
    told = made.decoded(body)
    asked = told.get("input")
    if isinstance(asked, str):
        messages = [made.message("user", made.text(asked))]
    else:
        messages = [_message(members(step)) for step in elements(asked) or [asked] if step is not None]
    tools = elements(told.get("tools"))
    return Given(system=made.text(told.get("system_instruction")), messages=_told(messages), tools=tools)


def answered(body: bytes) -> list[Message]:
    """Read the steps of an interaction as one message."""
    parts = [part for step in elements(made.decoded(body).get("steps")) for part in _parts(members(step))]
    return [made.message("assistant", parts)] if parts else []


def streamed(pieces: Sequence[bytes], asked: bytes) -> list[Message]:
    """Put the steps together: their beginnings name them, and what follows is text, thoughts or arguments."""
    del asked
    said = Pieces()
    for piece in pieces:
        event = made.decoded(piece)
        place, step, delta = count(event.get("index")) or 0, members(event.get("step")), members(event.get("delta"))
        if step.get("type") == "function_call":
            said.grow(0, place, "tool_call", call_id=step.get("id"), name=step.get("name"))
        elif delta.get("type") == "text":
            said.grow(0, place, "text", delta.get("text"))
        elif delta.get("type") == "arguments_delta":
            said.grow(0, place, "tool_call", delta.get("arguments"))
        elif delta.get("type") == "thought_summary":
            said.grow(0, place, "reasoning", members(delta.get("content")).get("text"))
    return said.messages()


def _message(step: dict[str, Any]) -> Message:
    kind = word(step.get("type")) or ""
    if kind == "function_result":
        return made.message("tool", _parts(step))
    by_model = kind in {"model_output", "thought"} or kind.endswith(("_call", "_result"))
    return made.message("assistant" if by_model else "user", _parts(step))


def _parts(step: dict[str, Any]) -> list[Part]:
    kind = word(step.get("type")) or ""
    if kind in {"user_input", "model_output"}:
        return [part for each in elements(step.get("content")) for part in _part(members(each))]
    if kind == "thought":
        return [part for each in elements(step.get("summary")) for part in made.reasoning(members(each).get("text"))]
    return _acted(kind, step) or _part(step)  # an input may be contents alone


def _acted(kind: str, step: dict[str, Any]) -> list[Part]:
    """Read a call or its result, of the caller's functions or of the provider's own tools."""
    if kind == "function_call":
        return [made.call(step.get("id"), step.get("name"), step.get("arguments"))]
    if kind == "function_result":
        return [made.result(step.get("call_id"), step.get("result"))]
    if kind.endswith("_call"):
        own = {key: value for key, value in step.items() if key not in {"id", "type"}}
        return [made.server_call(step.get("id"), kind.removesuffix("_call"), own)]
    if kind.endswith("_result"):
        return [made.server_result(step.get("call_id"), kind.removesuffix("_result"), step.get("result"))]
    return []


def _part(content: dict[str, Any]) -> list[Part]:
    kind = word(content.get("type")) or "text"
    if kind == "text":
        return made.text(content.get("text"))
    if kind in _MIMES and "data" in content:
        return [made.blob(word(content.get("mime_type")) or f"{kind}/*", content.get("data"), kind)]
    if kind in _MIMES and "uri" in content:
        return made.media(content.get("uri"), kind, content.get("mime_type"))
    return made.verbatim(content)


def _told(messages: list[Message]) -> list[Message]:
    """Leave out what says nothing, such as thoughts that are signed only."""
    return [each for each in messages if each["parts"]]
