"""Reads what is said in responses."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from spanwise.apis.measure import count, elements, members, word
from spanwise.apis.openai_responses import CALLS
from spanwise.content import parts as made
from spanwise.content.openai_parts import parts_of, response_of, tool_of
from spanwise.content.pieces import Pieces
from spanwise.content.reader import Given, Message, Part

_WHOLE: Final = frozenset({"response.completed", "response.incomplete", "response.failed", "response.cancelled"})
_SPOKEN: Final = {
    "response.output_text.delta": "text",
    "response.refusal.delta": "refusal",
    "response.reasoning_text.delta": "reasoning",
    "response.reasoning_summary_text.delta": "reasoning",
    "response.function_call_arguments.delta": "tool_call",
    "response.custom_tool_call_input.delta": "tool_call",
}
_TAIL: Final = 3  # the whole response is in one of the last events


def given(body: bytes) -> Given:
    """Read instructions, input and tools."""
    told = made.decoded(body)
    asked = told.get("input")
    messages = [made.message("user", made.text(asked))] if isinstance(asked, str) else []
    messages += [made.message(_role(item), item_of(item)) for item in map(members, elements(asked))]
    tools = [tool for each in elements(told.get("tools")) for tool in tool_of(each)]
    return Given(system=_instructions(told.get("instructions")), messages=_told(messages), tools=tools)


def answered(body: bytes) -> list[Message]:
    """Read the items of the output as one message."""
    return _message(made.decoded(body).get("output"))


def streamed(pieces: Sequence[bytes], asked: bytes) -> list[Message]:
    """Take the whole response that the last event carries; where the stream did not come to that, what there is."""
    del asked
    for piece in reversed(pieces[-_TAIL:]):
        event = made.decoded(piece)
        if event.get("type") in _WHOLE:
            whole = _message(members(event.get("response")).get("output"))
            if whole:
                return whole
    said = Pieces()
    for piece in pieces:
        _fold(made.decoded(piece), said)
    return said.messages()


def item_of(item: dict[str, Any]) -> list[Part]:
    """Read one item of an input or of an output."""
    kind = word(item.get("type")) or "message"
    if kind in _READ:
        return _READ[kind](item)
    if kind in CALLS:
        arguments = next((item[key] for key in ("arguments", "input", "action", "operation") if key in item), None)
        return [made.call(item.get("call_id") or item.get("id"), item.get("name") or CALLS[kind], arguments)]
    if kind.endswith("_output"):
        return [made.result(item.get("call_id") or item.get("id"), response_of(item.get("output")))]
    if kind.endswith("_call"):
        own = {key: value for key, value in item.items() if key not in {"id", "type"}}
        return [made.server_call(item.get("id"), kind.removesuffix("_call"), own)]
    return made.verbatim(item)


def _role(item: dict[str, Any]) -> str:
    kind = word(item.get("type")) or ""
    return word(item.get("role")) or ("tool" if kind.endswith("_output") else "assistant")


def _message(output: object) -> list[Message]:
    parts = [part for item in map(members, elements(output)) for part in item_of(item)]
    return [made.message("assistant", parts)] if parts else []


def _instructions(told: object) -> list[Part]:
    items = map(members, elements(told))
    return made.text(told) or [part for item in items for part in item_of(item)]


def _told(messages: list[Message]) -> list[Message]:
    """Leave out what says nothing, such as reasoning that is encrypted."""
    return [each for each in messages if each["parts"]]


def _reasoned(item: dict[str, Any]) -> list[Part]:
    thoughts = [*elements(item.get("summary")), *elements(item.get("content"))]
    return [part for thought in thoughts for part in made.reasoning(members(thought).get("text"))]


def _drawn(item: dict[str, Any]) -> list[Part]:
    call = made.server_call(item.get("id"), "image_generation", {"revised_prompt": item.get("revised_prompt")})
    drawn = made.blob(f"image/{word(item.get('output_format')) or '*'}", item.get("result"), "image")
    return [call, *([drawn] if item.get("result") else [])]


_READ: Final[Mapping[str, Callable[[dict[str, Any]], list[Part]]]] = {
    "message": lambda item: parts_of(item.get("content")),
    "reasoning": _reasoned,
    "image_generation_call": _drawn,
    "compaction": lambda item: [{"type": "compaction", "id": item.get("id")}],
}


def _fold(event: dict[str, Any], said: Pieces) -> None:
    kind = event.get("type")
    place = count(event.get("output_index")) or 0
    item = members(event.get("item"))
    if kind in _SPOKEN:
        said.grow(0, place, _SPOKEN[kind], event.get("delta"))
    elif kind == "response.output_item.added" and item.get("type") in CALLS:
        said.grow(0, place, "tool_call", call_id=item.get("call_id"), name=item.get("name"))
    elif kind == "response.output_item.done":
        said.put(0, place, item_of(item))
