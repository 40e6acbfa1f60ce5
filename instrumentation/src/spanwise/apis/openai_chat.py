"""Reads OpenAI chat completions, plain and streamed, as OpenAI and every compatible server speak them."""

# ruff: noqa: ANN401  parts of a message have many shapes, and only their text is measured

from collections.abc import Mapping
from typing import Any

import msgspec
from msgspec import UNSET, UnsetType

from spanwise.apis.api import Answer, Asked, ToolCall, ToolResult

_ASK = b'{"stream_options":{"include_usage":true}'
_DONE = b"[DONE]"


class _StreamOptions(msgspec.Struct, gc=False):
    include_usage: bool | UnsetType | None = UNSET


class _Core(msgspec.Struct, gc=False):
    model: str | None = None
    stream: bool | None = None


class _Request(_Core, gc=False):
    max_tokens: int | None = None
    max_completion_tokens: int | None = None
    temperature: float | None = None
    top_p: float | None = None
    n: int | None = None
    seed: int | None = None
    reasoning_effort: str | None = None


class _Options(msgspec.Struct, gc=False):
    stream_options: _StreamOptions | UnsetType | None = UNSET


class _Turn(msgspec.Struct, gc=False):
    role: str | None = None
    tool_call_id: str | None = None
    content: msgspec.Raw = msgspec.Raw(b"")


class _Turns(msgspec.Struct, gc=False):
    messages: list[_Turn]


class _Messages(msgspec.Struct, gc=False):
    messages: list[Any] = msgspec.field(default_factory=list[Any])
    tools: msgspec.Raw = msgspec.Raw(b"")


class _InputDetails(msgspec.Struct, gc=False):
    cached_tokens: int | None = None
    cache_write_tokens: int | None = None


class _OutputDetails(msgspec.Struct, gc=False):
    reasoning_tokens: int | None = None


class _Usage(msgspec.Struct, gc=False):
    prompt_tokens: int | None = None
    completion_tokens: int | None = None
    prompt_tokens_details: _InputDetails | None = None
    completion_tokens_details: _OutputDetails | None = None
    cached_tokens: int | None = None  # Moonshot
    prompt_cache_hit_tokens: int | None = None  # DeepSeek


class _Function(msgspec.Struct, gc=False):
    name: str | None = None
    arguments: Any = None


class _ToolCall(msgspec.Struct, gc=False):
    index: int | None = None
    id: str | None = None
    function: _Function | None = None


class _Message(msgspec.Struct, gc=False):
    content: Any = None
    refusal: Any = None
    reasoning_content: Any = None  # DeepSeek, Qwen, Moonshot
    reasoning: Any = None  # OpenRouter, Groq
    tool_calls: list[_ToolCall] | None = None


class _Asks(msgspec.Struct, gc=False):
    tool_calls: list[_ToolCall] | None = None


class _Choice(msgspec.Struct, gc=False):
    index: int = 0
    finish_reason: str | None = None
    usage: _Usage | None = None  # Moonshot reports a stream's usage here


class _AskingChoice(_Choice, gc=False):
    message: _Asks | None = None


class _TextChoice(_Choice, gc=False):
    delta: _Message | None = None
    message: _Message | None = None


class _XGroq(msgspec.Struct, gc=False):
    usage: _Usage | None = None


class _Response(msgspec.Struct, gc=False):
    id: str | None = None
    model: str | None = None
    choices: list[_AskingChoice] | None = None
    usage: _Usage | None = None
    service_tier: str | None = None


class _TextResponse(msgspec.Struct, gc=False):
    id: str | None = None
    model: str | None = None
    choices: list[_TextChoice] | None = None
    usage: _Usage | None = None
    service_tier: str | None = None
    x_groq: _XGroq | None = None
    error: Any = None


_core = msgspec.json.Decoder(_Core)
_request = msgspec.json.Decoder(_Request)
_options = msgspec.json.Decoder(_Options)
_turns = msgspec.json.Decoder(_Turns)
_messages = msgspec.json.Decoder(_Messages)
_response = msgspec.json.Decoder(_Response)
_text_response = msgspec.json.Decoder(_TextResponse)
_any: msgspec.json.Decoder[Any] = msgspec.json.Decoder()
_members = msgspec.json.Decoder(dict[str, msgspec.Raw])


class OpenAIChat:
    """The reader of `POST …/chat/completions`."""

    operation = "chat"
    attributes: Mapping[str, str] = {"openai.api.type": "chat_completions"}
    provider: str | None = None

    def recognises(self, path: str) -> bool:
        """Say whether a POST to this path asks for a chat completion."""
        return path.endswith("/chat/completions")

    def read_request(self, path: str, body: bytes) -> Asked:
        """Read model, stream flag, parameters and tool results; of Azure's older paths the deployment is the model."""
        try:
            asked = _request.decode(body)
        except msgspec.MsgspecError:
            return _read_core(path, body)
        return Asked(
            model=asked.model or _deployment(path),
            stream=asked.stream is True,
            max_tokens=asked.max_tokens if asked.max_completion_tokens is None else asked.max_completion_tokens,
            temperature=asked.temperature,
            top_p=asked.top_p,
            choice_count=asked.n,
            seed=asked.seed,
            reasoning_level=asked.reasoning_effort,
            tool_results=_tool_results(body) if b'"tool_call_id"' in body else (),
        )

    def ask_for_usage(self, body: bytes) -> bytes | None:
        """Set `stream_options.include_usage` where the caller left it open."""
        options = _options.decode(body).stream_options
        if options is UNSET:  # the common case: nothing to merge, so no need to take the body apart
            rest = body.lstrip()[1:]
            return _ASK + (b"," if rest.lstrip()[:1] != b"}" else b"") + rest
        if options is not None and options.include_usage not in {UNSET, None}:
            return None
        members = _members.decode(body)
        kept = {} if options is None else _members.decode(members["stream_options"])
        merged = msgspec.json.encode({**kept, "include_usage": True})
        return msgspec.json.encode({**members, "stream_options": msgspec.Raw(merged)})

    def fold_body(self, body: bytes, answer: Answer) -> bool:
        """Fold a `chat.completion` object; text is measured only where no usage is reported."""
        try:
            response: _Response | _TextResponse = _response.decode(body)
            if response.usage is None:
                response = _text_response.decode(body)
        except msgspec.MsgspecError:
            return False
        if response.choices is None:
            return False
        _fold(response, answer)
        answer.finished = True
        return True

    def fold_event(self, data: bytes, answer: Answer) -> bool:
        """Fold a `chat.completion.chunk`; the usage event is the one that has usage and no choices."""
        if data == _DONE:
            answer.finished = True
            return False
        try:
            chunk = _text_response.decode(data)
        except msgspec.MsgspecError:
            return False  # the caller's SDK judges what the provider sends
        if chunk.error is not None:
            answer.error_type = _error_type(chunk.error)
        if chunk.x_groq is not None and chunk.x_groq.usage is not None:
            _fold_usage(chunk.x_groq.usage, answer)
        _fold(chunk, answer)
        return chunk.usage is not None and not chunk.choices

    def input_bytes(self, body: bytes) -> int:
        """Count the text of all messages, and the tool definitions as they were sent."""
        try:
            asked = _messages.decode(body)
        except msgspec.MsgspecError:
            return 0
        return len(bytes(asked.tools)) + sum(_text_bytes(message) for message in asked.messages)


def _read_core(path: str, body: bytes) -> Asked:
    """Read a request with something odd in it, which the provider will judge."""
    try:
        asked = _core.decode(body)
    except msgspec.MsgspecError:
        return Asked(model=_deployment(path))
    return Asked(model=asked.model or _deployment(path), stream=asked.stream is True)


def _deployment(path: str) -> str | None:
    """Name the deployment in `/openai/deployments/{name}/chat/completions`."""
    _, found, rest = path.partition("/deployments/")
    return rest.partition("/")[0] or None if found else None


def _tool_results(body: bytes) -> tuple[ToolResult, ...]:
    try:
        turns = _turns.decode(body).messages
    except msgspec.MsgspecError:
        return ()
    results: list[ToolResult] = []
    for turn in reversed(turns):
        if turn.role != "tool":
            break
        if turn.tool_call_id:
            results.append(ToolResult(turn.tool_call_id, _text_bytes(_any.decode(turn.content))))
    return tuple(reversed(results))


def _fold(response: _Response | _TextResponse, answer: Answer) -> None:
    if answer.response_id is None or answer.model is None:
        answer.response_id = response.id or answer.response_id
        answer.model = response.model or answer.model
    if response.service_tier is not None:
        answer.service_tier = response.service_tier
    for choice in response.choices or ():
        if isinstance(choice, _TextChoice):
            message = choice.delta or choice.message
            if message is not None:
                answer.output_bytes += _message_bytes(message)
        else:
            message = choice.message
        if message is not None and message.tool_calls:
            _fold_tool_calls(choice.index, message.tool_calls, answer)
        if choice.finish_reason is not None:
            answer.finish_reasons[choice.index] = choice.finish_reason
        if choice.usage is not None:
            _fold_usage(choice.usage, answer)
    if response.usage is not None:
        _fold_usage(response.usage, answer)


def _fold_tool_calls(choice: int, calls: list[_ToolCall], answer: Answer) -> None:
    """Join the pieces of each call: a stream tells id and name once, and the index with every piece."""
    for place, call in enumerate(calls):
        at = place if call.index is None else call.index
        known = answer.tool_calls.setdefault(at if choice == 0 else f"{choice}.{at}", ToolCall())
        known.id = call.id or known.id
        if call.function is not None:
            known.name = call.function.name or known.name


def _fold_usage(usage: _Usage, answer: Answer) -> None:
    given, made = usage.prompt_tokens_details, usage.completion_tokens_details
    answer.input_tokens = _count(usage.prompt_tokens)
    answer.output_tokens = _count(usage.completion_tokens)
    read = given.cached_tokens if given is not None else None
    for other in (usage.prompt_cache_hit_tokens, usage.cached_tokens):
        read = other if read is None else read
    answer.cache_read_tokens = _count(read)
    answer.cache_write_tokens = _count(given.cache_write_tokens) if given is not None else None
    answer.reasoning_tokens = _count(made.reasoning_tokens) if made is not None else None


def _count(tokens: int | None) -> int | None:
    return tokens if tokens is not None and tokens >= 0 else None


def _message_bytes(message: _Message) -> int:
    size = _text_bytes(message.content) if message.content else 0
    if message.reasoning_content or message.reasoning or message.refusal:
        size += _text_bytes(message.reasoning_content or message.reasoning) + _text_bytes(message.refusal)
    for call in message.tool_calls or ():
        if call.function is not None:
            size += _text_bytes(call.function.arguments)
    return size


def _text_bytes(value: Any) -> int:
    """Count the UTF-8 bytes of a string, or of all text inside a message, leaving out images and sound."""
    if isinstance(value, str):
        return len(value) if value.isascii() else len(value.encode("utf-8", "replace"))
    if isinstance(value, list):
        return sum(_text_bytes(part) for part in value)  # pyright: ignore[reportUnknownVariableType, reportUnknownArgumentType]
    if isinstance(value, dict):
        told: dict[str, Any] = value  # pyright: ignore[reportUnknownVariableType]
        return sum(
            _text_bytes(told.get(key)) for key in ("content", "text", "refusal", "tool_calls", "function", "arguments")
        )
    return 0


def _error_type(error: Any) -> str:
    """Name an error told inside a stream by its code or type, as the provider words it."""
    if isinstance(error, dict):
        told: dict[str, Any] = error  # pyright: ignore[reportUnknownVariableType]
        return str(told.get("code") or told.get("type") or "stream_error")
    return "stream_error"
