"""Reads what is said in Bedrock's Converse, and by Nova in its own form, which is the same."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from spanwise.apis.measure import count, elements, members, word
from spanwise.content import parts as made
from spanwise.content.pieces import Pieces
from spanwise.content.reader import Given, Message, Part

_MODALITIES: Final = frozenset({"image", "video", "audio", "document"})


def given(body: bytes) -> Given:
    """Read system prompts, messages and tools."""
    told = made.decoded(body)
    turns = map(members, elements(told.get("messages")))
    messages = [made.message(turn.get("role"), blocks(turn.get("content"))) for turn in turns]
    tools = elements(members(told.get("toolConfig")).get("tools"))
    return Given(
        system=blocks(told.get("system")),
        messages=messages,
        tools=[tool for each in tools for tool in _tool(members(each))],
    )


def answered(body: bytes) -> list[Message]:
    """Read the message that is the output."""
    said = members(members(made.decoded(body).get("output")).get("message"))
    parts = blocks(said.get("content"))
    return [made.message("assistant", parts)] if parts else []


def streamed(pieces: Sequence[bytes], asked: bytes) -> list[Message]:
    """Join the deltas of each block."""
    del asked
    said = Pieces()
    for piece in pieces:
        told = made.decoded(piece)
        event = members(told.get("contentBlockDelta")) or members(told.get("contentBlockStart"))
        _fold(
            count(event.get("contentBlockIndex")) or 0, members(event.get("delta")) or members(event.get("start")), said
        )
    return said.messages()


def blocks(content: object) -> list[Part]:
    """Read a list of blocks; a string is text."""
    if isinstance(content, str):
        return made.text(content)
    return [part for each in elements(content) for part in block_of(members(each))]


def block_of(block: dict[str, Any]) -> list[Part]:
    """Read one block, which is named by its only member."""
    kind = made.first_key(block)
    told = members(block.get(kind))
    if kind == "text":
        return made.text(block["text"])
    if kind in _MODALITIES:
        return _sourced(kind, told)
    if kind in _READ:
        return _READ[kind](told)
    return [{"type": kind, **told}] if told else made.verbatim(block, kind)


def _fold(place: int, block: dict[str, Any], said: Pieces) -> None:
    if "text" in block:
        said.grow(0, place, "text", block["text"])
    elif use := members(block.get("toolUse")):
        said.grow(0, place, "tool_call", use.get("input"), call_id=use.get("toolUseId"), name=use.get("name"))
    elif thought := members(block.get("reasoningContent")):
        said.grow(0, place, "reasoning", thought.get("text"))


def _result(told: dict[str, Any]) -> list[Part]:
    """Read a result; a single text or JSON document in it is the result itself."""
    content = elements(told.get("content"))
    only = members(content[0]) if len(content) == 1 else {}
    response = only.get("text", only.get("json")) if only.keys() <= {"text", "json"} and only else None
    part = made.result(told.get("toolUseId"), blocks(content) if response is None else response)
    return [{**part, "is_error": True} if told.get("status") == "error" else part]


def _sourced(kind: str, told: dict[str, Any]) -> list[Part]:
    source = members(told.get("source"))
    form = word(told.get("format")) or "*"
    mime = f"application/{form}" if kind == "document" else f"{kind}/{form}"
    if "text" in source:
        return made.text(source["text"])
    stored = members(source.get("s3Location")).get("uri")
    return made.media(stored, kind, mime) or [made.blob(mime, source.get("bytes"), kind)]


def _tool(tool: dict[str, Any]) -> list[Part]:
    spec = members(tool.get("toolSpec"))
    if not spec:
        kind = made.first_key(tool)
        return [] if kind == "cachePoint" else made.verbatim({"name": kind, **members(tool.get(kind))}, kind)
    return [made.function(spec.get("name"), spec.get("description"), members(spec.get("inputSchema")).get("json"))]


_READ: Final[Mapping[str, Callable[[dict[str, Any]], list[Part]]]] = {
    "toolUse": lambda told: [made.call(told.get("toolUseId"), told.get("name"), told.get("input"))],
    "toolResult": _result,
    "reasoningContent": lambda told: made.reasoning(members(told.get("reasoningText")).get("text")),
    "citationsContent": lambda told: blocks(told.get("content")),
    "cachePoint": lambda _: [],
}
