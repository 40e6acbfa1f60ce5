"""Reads what is said in Anthropic messages."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from spanwise.apis.measure import count, elements, members, word
from spanwise.content import parts as made
from spanwise.content.pieces import Pieces
from spanwise.content.reader import Given, Message, Part

_SERVED: Final = frozenset({"server_tool_use", "mcp_tool_use"})
_STARTS: Final = {"text": "text", "thinking": "reasoning", "tool_use": "tool_call"} | dict.fromkeys(
    _SERVED, "server_tool_call"
)
_DELTAS: Final = {"text_delta": "text", "thinking_delta": "thinking", "input_json_delta": "partial_json"}


def given(body: bytes) -> Given:
    """Read the system prompt, messages and tools."""
    told = made.decoded(body)
    turns = map(members, elements(told.get("messages")))
    messages = [made.message(turn.get("role"), blocks(turn.get("content"))) for turn in turns]
    tools = [tool for each in elements(told.get("tools")) for tool in _tool(members(each))]
    return Given(system=blocks(told.get("system")), messages=messages, tools=tools)


def answered(body: bytes) -> list[Message]:
    """Read the blocks of the message."""
    parts = blocks(made.decoded(body).get("content"))
    return [made.message("assistant", parts)] if parts else []


def streamed(pieces: Sequence[bytes], asked: bytes) -> list[Message]:
    """Join the deltas of each block."""
    del asked
    said = Pieces()
    for piece in pieces:
        event = made.decoded(piece)
        place = count(event.get("index")) or 0
        if event.get("type") == "content_block_start":
            _begin(place, members(event.get("content_block")), said)
        elif event.get("type") == "content_block_delta":
            delta = members(event.get("delta"))
            member = _DELTAS.get(str(delta.get("type")))
            if member is not None:
                said.grow(0, place, "reasoning" if member == "thinking" else "text", delta.get(member))
    return said.messages()


def blocks(content: object) -> list[Part]:
    """Read the content of a message: a string, or a list of blocks."""
    if isinstance(content, str):
        return made.text(content)
    return [part for each in elements(content) for part in block_of(each)]


def block_of(block: object) -> list[Part]:
    """Read one block."""
    told = members(block)
    kind = word(told.get("type")) or ""
    if kind in _READ:
        return _READ[kind](told)
    if kind in _SERVED:
        return [made.server_call(told.get("id"), told.get("name"), {"input": told.get("input")})]
    if kind.endswith("_tool_result"):
        return [made.server_result(told.get("tool_use_id"), kind, {"content": told.get("content")})]
    return made.verbatim(block)


def _begin(place: int, block: dict[str, Any], said: Pieces) -> None:
    """Begin a block; one that no delta adds to stands whole in its beginning."""
    kind = str(block.get("type"))
    if kind not in _STARTS:
        said.put(0, place, block_of(block))
        return
    begun = block.get("text") or block.get("thinking")
    said.grow(0, place, _STARTS[kind], begun, call_id=block.get("id"), name=block.get("name"))


def _sourced(block: dict[str, Any]) -> list[Part]:
    """Tell an image or a document by where it comes from."""
    modality = "image" if block.get("type") == "image" else "document"
    source = members(block.get("source"))
    kind = source.get("type")
    if kind == "base64":
        return [made.blob(source.get("media_type"), source.get("data"), modality)]
    if kind == "text":
        return made.text(source.get("data"))
    if kind == "content":
        return blocks(source.get("content"))
    return made.media(source.get("url"), modality) or made.file(source.get("file_id"), modality)


def _result(block: dict[str, Any]) -> list[Part]:
    content = block.get("content")
    part = made.result(block.get("tool_use_id"), blocks(content) if elements(content) else content)
    return [{**part, "is_error": True} if block.get("is_error") is True else part]


def _tool(tool: dict[str, Any]) -> list[Part]:
    """Read a tool's definition; those of the provider itself have a type and no schema."""
    if "input_schema" not in tool:
        return made.verbatim(tool, "custom")
    return [made.function(tool.get("name"), tool.get("description"), tool["input_schema"])]


_READ: Final[Mapping[str, Callable[[dict[str, Any]], list[Part]]]] = {
    "text": lambda block: made.text(block.get("text")),
    "thinking": lambda block: made.reasoning(block.get("thinking")),
    "redacted_thinking": lambda _: [],
    "image": _sourced,
    "document": _sourced,
    "tool_use": lambda block: [made.call(block.get("id"), block.get("name"), block.get("input"))],
    "tool_result": _result,
    "mcp_tool_result": lambda block: [
        made.server_result(block.get("tool_use_id"), "mcp_tool_result", {"content": block.get("content")})
    ],
    "compaction": lambda block: [{"type": "compaction", "content": block.get("content")}],
    "container_upload": lambda block: made.file(block.get("file_id"), "document"),
}
