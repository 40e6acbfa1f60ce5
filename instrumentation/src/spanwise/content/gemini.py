"""Reads what is said in Gemini's generateContent."""

from collections.abc import Iterator, Sequence
from typing import Any, Final

from spanwise.apis.gemini_wire import either
from spanwise.apis.measure import count, elements, members, read, word
from spanwise.content import parts as made
from spanwise.content.pieces import Pieces
from spanwise.content.reader import Given, Message, Part

_ROLES: Final = {"model": "assistant", "function": "tool"}
_ASIDE: Final = frozenset({"thought", "thoughtSignature", "thought_signature", "videoMetadata", "mediaResolution"})


def given(body: bytes) -> Given:
    """Read the system instruction, contents and tools, spelled in camelCase or snake_case."""
    told = made.decoded(body)
    contents = told.get("contents")
    turns = elements(contents) or [contents]
    messages = [_message(turn, "user") for turn in map(members, turns) if turn]
    tools = [tool for each in elements(told.get("tools")) for tool in _tools(members(each))]
    system = members(either(told.get("systemInstruction"), told.get("system_instruction")))
    return Given(system=parts_of(system.get("parts")), messages=messages, tools=tools)


def answered(body: bytes) -> list[Message]:
    """Read the content of each candidate; a streamed answer that was read as a whole is an array."""
    value = read(made.ANY, body)
    responses = elements(value)
    if not responses:
        return [_message(members(each.get("content")), "assistant") for each in _candidates(value)]
    return _joined(responses)


def streamed(pieces: Sequence[bytes], asked: bytes) -> list[Message]:
    """Join the parts of each candidate."""
    del asked
    return _joined(made.decoded(piece) for piece in pieces)


def parts_of(parts: object) -> list[Part]:
    """Read the parts of a content; a single one need not be in a list."""
    listed = elements(parts) or [parts]
    return [made_part for each in listed for made_part in part_of(members(each) or each)]


def part_of(part: object) -> list[Part]:
    """Read one part, which is named by its only member."""
    told = {_camel(key): value for key, value in members(part).items()}
    if "text" in told:
        return (made.reasoning if told.get("thought") is True else made.text)(told["text"])
    if data := members(told.get("inlineData")):
        return [made.blob(either(data.get("mimeType"), data.get("mime_type")), data.get("data"))]
    if data := members(told.get("fileData")):
        mime = word(either(data.get("mimeType"), data.get("mime_type")))
        return made.media(either(data.get("fileUri"), data.get("file_uri")), made.modality_of(mime), mime)
    return _acted(told) or (made.text(part) if isinstance(part, str) else _unknown(told))


def _acted(told: dict[str, Any]) -> list[Part]:
    """Read a call or its result, of a function or of the provider's own interpreter."""
    if call := members(told.get("functionCall")):
        return [made.call(call.get("id"), call.get("name"), call.get("args"))]
    if result := members(told.get("functionResponse")):
        return [made.result(result.get("id") or result.get("name"), result.get("response"))]
    if code := members(told.get("executableCode")):
        return [made.server_call(code.get("id"), "code_execution", code)]
    if output := members(told.get("codeExecutionResult")):
        return [made.server_result(output.get("id"), "code_execution", output)]
    return []


def _unknown(told: dict[str, Any]) -> list[Part]:
    rest = {key: value for key, value in told.items() if key not in _ASIDE}
    return made.verbatim(rest, made.first_key(rest))


def _message(content: dict[str, Any], role: str) -> Message:
    told = word(content.get("role")) or role
    return made.message(_ROLES.get(told, told), parts_of(content.get("parts")) if "parts" in content else [])


def _candidates(response: object) -> Iterator[dict[str, Any]]:
    return map(members, elements(members(response).get("candidates")))


def _joined(responses: Any) -> list[Message]:  # noqa: ANN401  any iterable of decoded responses
    said = Pieces()
    for response in responses:
        for candidate in _candidates(response):
            index = count(candidate.get("index")) or 0
            for part in parts_of(members(candidate.get("content")).get("parts")):
                if part["type"] in {"text", "reasoning"}:
                    said.say(index, part["type"], part["content"])
                else:
                    said.put(index, object(), [part])
    return said.messages()


def _tools(tool: dict[str, Any]) -> list[Part]:
    """Read functions, and the provider's own tools by their names."""
    made_tools: list[Part] = []
    for key, value in tool.items():
        if _camel(key) != "functionDeclarations":
            made_tools.append({"type": key, "name": key, **members(value)})
            continue
        for each in map(members, elements(value)):
            schema = next(
                (
                    each[name]
                    for name in ("parameters", "parametersJsonSchema", "parameters_json_schema")
                    if name in each
                ),
                None,
            )
            made_tools.append(made.function(each.get("name"), each.get("description"), schema))
    return made_tools


def _camel(key: str) -> str:
    head, *rest = key.split("_")
    return head + "".join(word[:1].upper() + word[1:] for word in rest) if rest else key
