"""Reads Gemini's generateContent, plain and streamed, of the Gemini API and of Vertex AI."""

# ruff: noqa: N815  fields are named as they are on the wire

from collections.abc import Iterator
from typing import Any, Final

import msgspec

from spanwise.apis import gemini_wire
from spanwise.apis.api import Answer, Asked, Reader, ToolCall, ToolResult
from spanwise.apis.gemini_wire import Usage, either
from spanwise.apis.measure import count, elements, json_bytes, members, number, read, utf8_bytes, word

_STREAMS: Final = ":streamGenerateContent"
_ENDS: Final = (":generateContent", _STREAMS)
_RESULT_KEYS: Final = (b'"functionResponse"', b'"function_response"')


class _GenerationConfig(msgspec.Struct, gc=False):
    maxOutputTokens: Any = None
    max_output_tokens: Any = None
    temperature: Any = None
    topP: Any = None
    top_p: Any = None
    candidateCount: Any = None
    candidate_count: Any = None
    seed: Any = None
    thinkingConfig: Any = None
    thinking_config: Any = None


class _Request(msgspec.Struct, gc=False):
    generationConfig: _GenerationConfig | None = None
    generation_config: _GenerationConfig | None = None


class _Turn(msgspec.Struct, gc=False):
    role: str | None = None
    parts: Any = None


class _LoopRequest(_Request, gc=False):
    contents: list[msgspec.Raw] | _Turn | None = None


class _FunctionCall(msgspec.Struct, gc=False):
    id: str | None = None
    name: str | None = None
    args: msgspec.Raw = msgspec.Raw(b"")
    partialArgs: msgspec.Raw = msgspec.Raw(b"")


class _Code(msgspec.Struct, gc=False):
    code: str | None = None


class _Part(msgspec.Struct, gc=False):
    text: str | None = None
    thought: Any = None
    functionCall: _FunctionCall | None = None
    executableCode: _Code | None = None


class _Content(msgspec.Struct, gc=False):
    parts: list[_Part] | None = None


class _Candidate(msgspec.Struct, gc=False):
    index: int = 0
    content: _Content | None = None
    finishReason: str | None = None


class _Feedback(msgspec.Struct, gc=False):
    blockReason: str | None = None


class _Response(msgspec.Struct, gc=False):
    candidates: list[_Candidate] | None = None
    promptFeedback: _Feedback | None = None
    usageMetadata: Usage | None = None
    modelVersion: str | None = None
    responseId: str | None = None
    error: Any = None


_request = msgspec.json.Decoder(_Request)
_loop_request = msgspec.json.Decoder(_LoopRequest)
_turn = msgspec.json.Decoder(_Turn)
_raws = msgspec.json.Decoder(list[msgspec.Raw])
_response = msgspec.json.Decoder(_Response)


class Gemini(Reader):
    """The reader of `POST …/models/{model}:generateContent` and `:streamGenerateContent`."""

    operation = "generate_content"
    provider: str | None = "gcp.gen_ai"

    def recognises(self, path: str) -> bool:
        """Say whether a POST to this path generates content; counting tokens and batches do not."""
        return path.endswith(_ENDS) and gemini_wire.model_of(path) is not None

    def read_request(self, path: str, body: bytes) -> Asked:
        """Read model and kind of call from the path, the rest from the body, spelled in camelCase or snake_case."""
        model = gemini_wire.model_of(path)
        stream = path.endswith(_STREAMS)
        loops = any(key in body for key in _RESULT_KEYS)
        asked = (read(_loop_request, body) if loops else None) or read(_request, body)
        if asked is None:
            return Asked(model, stream=stream)
        config = asked.generationConfig or asked.generation_config or _GenerationConfig()
        thinking = members(either(config.thinkingConfig, config.thinking_config))
        return Asked(
            model,
            stream=stream,
            max_tokens=count(either(config.maxOutputTokens, config.max_output_tokens)),
            temperature=number(config.temperature),
            top_p=number(either(config.topP, config.top_p)),
            choice_count=count(either(config.candidateCount, config.candidate_count)),
            seed=count(config.seed),
            reasoning_level=word(either(thinking.get("thinkingLevel"), thinking.get("thinking_level"))),
            tool_results=_tool_results(asked) if isinstance(asked, _LoopRequest) else (),
        )

    def fold_body(self, body: bytes, answer: Answer) -> bool:
        """Fold a response, or a streamed one that was read as the whole array that it is."""
        if body.lstrip()[:1] == b"[":
            folded = [self._fold(bytes(response), answer) for response in read(_raws, body) or ()]
            understood = bool(folded) and all(folded)
        else:
            understood = self._fold(body, answer)
        answer.finished = understood
        return understood

    def fold_event(self, data: bytes, answer: Answer) -> bool:
        """Fold one response of a stream: usage is told anew with each, and the last one has a finish reason."""
        self._fold(data, answer)
        return False

    def input_bytes(self, body: bytes) -> int:
        """Count the text of the system instruction and all contents, and the tool definitions."""
        return gemini_wire.input_bytes(body)

    def _fold(self, data: bytes, answer: Answer) -> bool:
        response = read(_response, data)
        if response is None:
            return False
        if response.error is not None:
            answer.error_type = gemini_wire.error_type(response.error)
            return False
        answer.response_id = response.responseId or answer.response_id
        answer.model = response.modelVersion or answer.model
        for candidate in response.candidates or ():
            _fold_candidate(candidate, answer)
        if response.promptFeedback is not None and response.promptFeedback.blockReason is not None:
            answer.finish_reasons[0] = response.promptFeedback.blockReason
        if response.usageMetadata is not None:
            response.usageMetadata.fold(answer)
            answer.service_tier = response.usageMetadata.trafficType or answer.service_tier
        return not (response.candidates is None and response.promptFeedback is None and response.usageMetadata is None)


def _tool_results(asked: _LoopRequest) -> tuple[ToolResult, ...]:
    """Find the results since the model last spoke.

    Google's own SDK sends a result without the id of its call: then it is the next call of that name in the model's
    turn, and where calls have no ids either, the name is the id.
    """
    results: list[dict[str, Any]] = []
    calls: list[dict[str, Any]] = []
    for turn in _turns_back(asked.contents):
        if turn is None:
            break
        if turn.role == "model":
            calls = _called(turn.parts, "functionCall", "function_call")
            break
        results[:0] = _called(turn.parts, "functionResponse", "function_response")
    return tuple(_tool_result(result, calls) for result in results)


def _turns_back(contents: list[msgspec.Raw] | _Turn | None) -> Iterator[_Turn | None]:
    """Give the turns from the last one back; a single one need not be in a list."""
    if isinstance(contents, _Turn):
        yield contents
        return
    for raw in reversed(contents or ()):
        yield read(_turn, bytes(raw))


def _called(parts: object, camel: str, snake: str) -> list[dict[str, Any]]:
    """Give what is told of functions with a name: their calls, or their results."""
    told = [members(either(members(part).get(camel), members(part).get(snake))) for part in elements(parts) or [parts]]
    return [function for function in told if word(function.get("name"))]


def _tool_result(result: dict[str, Any], calls: list[dict[str, Any]]) -> ToolResult:
    """Name a result by its id, or by that of the first call of its name, which is then used up."""
    name, call_id = str(result["name"]), word(result.get("id"))
    mine = (call for call in calls if (word(call.get("id")) == call_id if call_id else call["name"] == name))
    call = next(mine, None)
    if call is not None:
        calls.remove(call)
        call_id = call_id or word(call.get("id"))
    return ToolResult(call_id or name, json_bytes(result.get("response")))


def _fold_candidate(candidate: _Candidate, answer: Answer) -> None:
    if candidate.finishReason is not None:
        answer.finish_reasons[candidate.index] = candidate.finishReason
    if candidate.content is None:
        return
    for part in candidate.content.parts or ():
        if part.text:
            answer.output_bytes += utf8_bytes(part.text)
            if answer.said is not None and not part.thought and candidate.index == 0:
                answer.said.append(part.text)
        elif part.functionCall is not None:
            _fold_call(part.functionCall, answer)
        elif part.executableCode is not None:
            answer.output_bytes += utf8_bytes(part.executableCode.code)


def _fold_call(call: _FunctionCall, answer: Answer) -> None:
    """Take a call; in a stream of partial arguments only its first piece has a name."""
    if call.name:
        answer.tool_calls[len(answer.tool_calls)] = ToolCall(call.id or call.name, call.name)
    answer.output_bytes += len(bytes(call.args)) + len(bytes(call.partialArgs))
