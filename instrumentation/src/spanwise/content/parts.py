"""Makes the parts of messages in the words of the conventions: text, reasoning, calls, results, media."""

from typing import Any, Final

import msgspec

from spanwise.apis.measure import elements, members, read, word
from spanwise.content.reader import Message, Part

ANY: Final[msgspec.json.Decoder[Any]] = msgspec.json.Decoder()
MODALITIES: Final = frozenset({"image", "audio", "video"})


def decoded(data: bytes) -> dict[str, Any]:
    """Decode a JSON object; an empty one for what is none or is broken."""
    return members(read(ANY, data))


def message(role: object, parts: list[Part], name: object = None) -> Message:
    """Make a message; a role that is not told is `unknown`."""
    made: Message = {"role": word(role) or "unknown", "parts": parts}
    if name := word(name):
        made["name"] = name
    return made


def text(content: object) -> list[Part]:
    """Make a part of text; none of an empty one and of another type."""
    return [{"type": "text", "content": content}] if isinstance(content, str) and content else []


def reasoning(content: object) -> list[Part]:
    """Make a part of reasoning; none of an empty one and of another type."""
    return [{"type": "reasoning", "content": content}] if isinstance(content, str) and content else []


def call(call_id: object, name: object, arguments: object) -> Part:
    """Make the call of a tool that the caller runs; arguments that are JSON in a string are told as what they mean."""
    return {"type": "tool_call", "id": word(call_id), "name": word(name) or "unknown", "arguments": meant(arguments)}


def result(call_id: object, response: object) -> Part:
    """Make the result of a tool that the caller ran."""
    return {"type": "tool_call_response", "id": word(call_id), "response": response}


def server_call(call_id: object, name: object, told: dict[str, Any]) -> Part:
    """Make the call of a tool that the provider runs itself."""
    named = word(name) or "unknown"
    own = {"type": named, **told}
    return {"type": "server_tool_call", "id": word(call_id), "name": named, "server_tool_call": own}


def server_result(call_id: object, kind: object, told: object) -> Part:
    """Make the result of a tool that the provider ran itself."""
    own = {**(members(told) or {"result": told}), "type": word(kind) or "unknown"}
    return {"type": "server_tool_call_response", "id": word(call_id), "server_tool_call_response": own}


def blob(mime_type: object, data: object, modality: str | None = None) -> Part:
    """Tell binary data by its kind and its size in bytes, never by its bytes: `content` is always empty."""
    mime = word(mime_type)
    part: Part = {"type": "blob", "modality": modality or modality_of(mime), "content": ""}
    if mime is not None:
        part["mime_type"] = mime
    if isinstance(data, str):
        part["size_bytes"] = base64_bytes(data)
    return part


def media(url: object, modality: str, mime_type: object = None) -> list[Part]:
    """Tell what an address leads to; an address that is the data itself is told by kind and size."""
    if not isinstance(url, str) or not url:
        return []
    if url.startswith("data:"):
        head, _, data = url[5:].partition(",")
        return [blob(head.partition(";")[0], data, modality)]
    part: Part = {"type": "uri", "modality": modality, "uri": url}
    if mime := word(mime_type):
        part["mime_type"] = mime
    return [part]


def file(file_id: object, modality: str) -> list[Part]:
    """Tell a file that was sent before; none without an id."""
    named = word(file_id)
    return [{"type": "file", "modality": modality, "file_id": named}] if named else []


def function(name: object, description: object, parameters: object) -> Part:
    """Make the definition of a function."""
    made: Part = {"type": "function", "name": word(name) or "unknown"}
    if told := word(description):
        made["description"] = told
    if isinstance(parameters, dict):
        made["parameters"] = parameters
    return made


def verbatim(part: object, kind: str = "unknown") -> list[Part]:
    """Keep a part of an unknown kind as it is; a bare string is text."""
    if isinstance(part, str):
        return text(part)
    told = members(part)
    return [{**told, "type": word(told.get("type")) or kind}] if told else []


def first_key(part: dict[str, Any]) -> str:
    """Name the kind of a part that is a union by its only member."""
    return next(iter(part), "unknown")


def meant(arguments: object) -> object:
    """Give what a string of JSON means where it is an object or a list; everything else as it is."""
    if not isinstance(arguments, str) or not arguments.lstrip().startswith(("{", "[")):
        return arguments
    value: object = read(ANY, arguments.encode("utf-8", "replace"))
    return members(value) or elements(value) or ({} if value == {} else arguments)


def modality_of(mime_type: str | None) -> str:
    """Name the modality of a MIME type."""
    kind = (mime_type or "").partition("/")[0].lower()
    return kind if kind in MODALITIES else "document"


def base64_bytes(data: str) -> int:
    """Count the bytes that base64 stands for."""
    return len(data) * 3 // 4 - data[-2:].count("=")


def texts(value: object) -> list[Part]:
    """Make text of a string, or of each string of a list."""
    return [part for each in (elements(value) or [value]) for part in text(each)]
