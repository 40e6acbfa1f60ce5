"""Reads the parts and messages that OpenAI's APIs share, and those who speak them."""

from collections.abc import Callable, Mapping
from typing import Any, Final

from spanwise.apis.measure import elements, members, word
from spanwise.content import parts as made
from spanwise.content.reader import Message, Part

_TOOLS: Final = frozenset({"tool", "function"})
_BARE: Final = 2  # role and content
_TEXTS: Final = frozenset({"text", "input_text", "output_text", "summary_text", "reasoning_text"})
_ADDRESSES: Final = {"image_url": "image", "video_url": "video", "audio_url": "audio", "input_image": "image"}


def parts_of(content: object) -> list[Part]:
    """Read the content of a message: a string, or a list of parts."""
    if isinstance(content, str):
        return made.text(content)
    return [part for each in elements(content) for part in part_of(each)]


def part_of(part: object) -> list[Part]:
    """Read one part; text and addresses may stand bare in it or one level deeper."""
    told = members(part)
    kind = told.get("type")
    if kind in _TEXTS:
        return made.text(told.get("text"))
    if kind in _ADDRESSES:
        return _addressed(told, _ADDRESSES[kind])
    read = _READ.get(str(kind))
    return (read(told) if read is not None else []) or made.verbatim(part)


def message_of(turn: object, role: str | None = None) -> Message:
    """Read a message of chat completions, asked or answered."""
    told = members(turn)
    role = word(told.get("role")) or role
    content = told.get("content")
    if len(told) == _BARE and isinstance(content, str) and role not in _TOOLS:  # as most messages are
        return made.message(role, made.text(content))
    if role in _TOOLS:
        return made.message("tool", [made.result(told.get("tool_call_id") or told.get("name"), response_of(content))])
    parts = made.reasoning(told.get("reasoning_content") or told.get("reasoning"))
    parts += parts_of(content)
    if refusal := word(told.get("refusal")):
        parts.append({"type": "refusal", "content": refusal})
    parts += _spoken(members(told.get("audio")))
    parts += calls_of(told)
    return made.message(role, parts, told.get("name"))


def calls_of(turn: dict[str, Any]) -> list[Part]:
    """Read the tool calls of a message, in the older form too."""
    calls = [
        *elements(turn.get("tool_calls")),
        *([{"function": turn["function_call"]}] if turn.get("function_call") else []),
    ]
    return [_call_of(members(each)) for each in calls]


def response_of(content: object) -> object:
    """Give a tool's result: a string as it is, a list of parts as the parts that they are."""
    return [part for each in elements(content) for part in part_of(each)] or content


def tool_of(tool: object) -> list[Part]:
    """Read the definition of a tool; a function's members may stand bare in it or one level deeper."""
    told = members(tool)
    if told.get("type", "function") != "function":
        return made.verbatim(told)
    named = members(told.get("function")) or told
    return [made.function(named.get("name"), named.get("description"), named.get("parameters"))] if named else []


def _call_of(told: dict[str, Any]) -> Part:
    function = members(told.get("function")) or members(told.get("custom"))
    arguments = function.get("input") if "arguments" not in function else function["arguments"]
    return made.call(told.get("id"), function.get("name"), arguments)


def _addressed(told: dict[str, Any], modality: str) -> list[Part]:
    address = told.get("image_url") or told.get("video_url") or told.get("audio_url")
    url = members(address).get("url", address)
    return made.media(url, modality) or made.file(told.get("file_id"), modality)


def _filed(told: dict[str, Any]) -> list[Part]:
    """Tell a file by its id, its address, or the size of its data."""
    data = told.get("file_data")
    if isinstance(data, str):
        return made.media(data, "document") if data.startswith("data:") else [made.blob(None, data)]
    return made.file(told.get("file_id"), "document") or made.media(told.get("file_url"), "document")


def _thought(thought: object) -> list[Part]:
    return made.reasoning(members(thought).get("text", thought))


def _spoken(audio: dict[str, Any]) -> list[Part]:
    """Tell sound that the model made, by its size and what is said in it; in a later request it is an id."""
    if "data" in audio or "transcript" in audio:
        part = made.blob("audio/*", audio.get("data"), "audio")
        return [{**part, "transcript": said} if (said := word(audio.get("transcript"))) else part]
    return made.file(audio.get("id"), "audio")


def _heard(told: dict[str, Any]) -> list[Part]:
    audio = members(told.get("input_audio"))
    return [made.blob(f"audio/{word(audio.get('format')) or '*'}", audio.get("data"), "audio")]


def _thoughts(told: dict[str, Any]) -> list[Part]:
    thoughts = told.get("thinking")
    return [each for thought in elements(thoughts) or [thoughts] for each in _thought(thought)]


_READ: Final[Mapping[str, Callable[[dict[str, Any]], list[Part]]]] = {
    "input_audio": _heard,
    "file": lambda told: _filed(members(told.get("file")) or told),
    "input_file": _filed,
    "thinking": _thoughts,  # Mistral
    "refusal": lambda told: [{"type": "refusal", "content": told.get("refusal")}],
}
