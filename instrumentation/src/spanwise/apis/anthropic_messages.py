"""Reads Anthropic messages, plain and streamed: of Anthropic, of Vertex AI, and of whoever speaks the same."""

from collections.abc import Sequence
from typing import Any, Final
from urllib.parse import unquote

import msgspec

from spanwise.apis.api import Answer, Asked, Reader, ToolCall, ToolResult
from spanwise.apis.billed import Billed
from spanwise.apis.measure import count, elements, members, number, read, text_bytes, utf8_bytes, whole, word

_VERTEX: Final = "/publishers/anthropic/models/"
_VERTEX_ENDS: Final = (":rawPredict", ":streamRawPredict")
_VERTEX_COUNTS: Final = "count-tokens"  # not a model: it counts and generates nothing
_FAST: Final = "fast_mode"
"""Anthropic's name for `speed` = `fast`, which has prices of its own; no other tier can be had with it."""
_TEXTS: Final = frozenset({"text", "thinking", "content"})
_DOCUMENTS: Final = frozenset({"input"})


class _Request(msgspec.Struct, gc=False):
    model: Any = None
    stream: Any = None
    max_tokens: Any = None
    temperature: Any = None
    top_p: Any = None
    output_config: Any = None


class _LoopRequest(_Request, gc=False):
    messages: list[msgspec.Raw] | None = None


class _Turn(msgspec.Struct, gc=False):
    role: str | None = None
    content: Any = None


class _Input(msgspec.Struct, gc=False):
    system: Any = None
    messages: Any = None
    tools: msgspec.Raw = msgspec.Raw(b"")


class _CacheCreation(msgspec.Struct, gc=False):
    ephemeral_5m_input_tokens: Any = None
    ephemeral_1h_input_tokens: Any = None


class _OutputDetails(msgspec.Struct, gc=False):
    thinking_tokens: Any = None


class _Spent(Billed, gc=False):
    type: str | None = None
    input_tokens: Any = None
    output_tokens: Any = None
    cache_read_input_tokens: Any = None
    cache_creation_input_tokens: Any = None


class _Usage(_Spent, gc=False):
    cache_creation: _CacheCreation | None = None
    output_tokens_details: _OutputDetails | None = None
    iterations: list[_Spent] | None = None
    service_tier: str | None = None
    speed: Any = None


class _Block(msgspec.Struct, gc=False):
    type: str | None = None
    id: str | None = None
    name: str | None = None


class _TextBlock(_Block, gc=False):
    text: Any = None
    thinking: Any = None
    input: msgspec.Raw = msgspec.Raw(b"")


class _Error(msgspec.Struct, gc=False):
    type: str | None = None


class _Head(msgspec.Struct, gc=False):
    id: str | None = None
    model: str | None = None
    stop_reason: str | None = None
    usage: _Usage | None = None
    error: _Error | None = None


class _Message(_Head, gc=False):
    content: list[_Block] | None = None


class _TextMessage(_Head, gc=False):
    content: list[_TextBlock] | None = None


class _Delta(msgspec.Struct, gc=False):
    text: str | None = None
    thinking: str | None = None
    partial_json: str | None = None
    stop_reason: str | None = None


class _Event(msgspec.Struct, gc=False):
    type: str | None = None
    index: int = 0
    delta: _Delta | None = None
    content_block: _TextBlock | None = None
    message: _Head | None = None
    usage: _Usage | None = None
    error: _Error | None = None


_request = msgspec.json.Decoder(_Request)
_loop_request = msgspec.json.Decoder(_LoopRequest)
_turn = msgspec.json.Decoder(_Turn)
_input = msgspec.json.Decoder(_Input)
_message = msgspec.json.Decoder(_Message)
_text_message = msgspec.json.Decoder(_TextMessage)
_event = msgspec.json.Decoder(_Event)


class AnthropicMessages(Reader):
    """The reader of `POST …/v1/messages`, and of Claude behind Vertex AI's `:rawPredict` and `:streamRawPredict`."""

    operation = "chat"
    provider: str | None = "anthropic"

    def recognises(self, path: str) -> bool:
        """Say whether a POST to this path asks for a message; counting tokens and batches are no inference."""
        return path.endswith("/v1/messages") or _vertex_model(path) is not None

    def read_request(self, path: str, body: bytes) -> Asked:
        """Read model, stream flag, parameters and tool results; Vertex AI has the model in the path."""
        model = _vertex_model(path)
        asked = (read(_loop_request, body) if b'"tool_result"' in body else None) or read(_request, body)
        if asked is None:
            return Asked(model)
        return Asked(
            model or word(asked.model),
            stream=asked.stream is True,
            max_tokens=count(asked.max_tokens),
            temperature=number(asked.temperature),
            top_p=number(asked.top_p),
            reasoning_level=word(members(asked.output_config).get("effort")),
            tool_results=_tool_results(asked.messages or ()) if isinstance(asked, _LoopRequest) else (),
        )

    def may_wait(self, body: bytes) -> bool:
        """Say whether a body looks like an answer that calls no tool, so that nothing hangs on reading it at once."""
        return whole(body) and b'"content"' in body and b'"tool_use"' not in body

    def fold_body(self, body: bytes, answer: Answer) -> bool:
        """Fold a `message` object; text is measured only where no usage is reported."""
        message: _Message | _TextMessage | None = read(_message, body)
        if message is not None and (message.usage is None or answer.said is not None):
            message = read(_text_message, body)
        if message is None:
            return False
        if message.error is not None:
            answer.error_type = message.error.type
        if message.content is None:
            return False
        _fold_head(message, answer)
        for index, block in enumerate(message.content):
            _fold_block(index, block, answer)
        answer.finished = True
        return True

    def fold_event(self, data: bytes, answer: Answer) -> bool:
        """Fold one event; usage comes with `message_start` and again, cumulative, with `message_delta`."""
        event = read(_event, data)
        if event is None:
            return False  # the caller's SDK judges what the provider sends
        if event.delta is not None:
            _fold_delta(event.delta, answer)
        if event.usage is not None:
            _fold_usage(event.usage, answer)
        if event.content_block is not None:
            _fold_block(event.index, event.content_block, answer)
        if event.message is not None:
            _fold_head(event.message, answer)
        if event.type == "message_stop":
            answer.finished = True
        elif event.type == "error":
            answer.error_type = (event.error.type if event.error is not None else None) or "stream_error"
        return False

    def input_bytes(self, body: bytes) -> int:
        """Count the text of the system prompt and all messages, and the tool definitions as they were sent."""
        asked = read(_input, body)
        if asked is None:
            return 0
        size = len(bytes(asked.tools)) + text_bytes(asked.system, _TEXTS)
        return size + text_bytes(asked.messages, _TEXTS, _DOCUMENTS)


def _vertex_model(path: str) -> str | None:
    """Name the model in `…/publishers/anthropic/models/{model}:rawPredict`."""
    if not path.endswith(_VERTEX_ENDS):
        return None
    _, found, rest = path.rpartition(_VERTEX)
    model = rest.rpartition(":")[0]
    return unquote(model) if found and model and model != _VERTEX_COUNTS else None


def _tool_results(messages: Sequence[msgspec.Raw]) -> tuple[ToolResult, ...]:
    results: list[ToolResult] = []
    for raw in reversed(messages):
        turn = read(_turn, bytes(raw))
        if turn is None or turn.role == "assistant":
            break
        results[:0] = _results_of(turn.content)
    return tuple(results)


def _results_of(content: object) -> list[ToolResult]:
    results: list[ToolResult] = []
    for block in map(members, elements(content)):
        call_id = word(block.get("tool_use_id"))
        if block.get("type") == "tool_result" and call_id is not None:
            results.append(ToolResult(call_id, text_bytes(block.get("content"), _TEXTS)))
    return results


def _fold_head(message: _Head, answer: Answer) -> None:
    answer.response_id = message.id or answer.response_id
    answer.model = message.model or answer.model
    if message.stop_reason is not None:
        answer.finish_reasons[0] = message.stop_reason
    if message.usage is not None:
        _fold_usage(message.usage, answer)


def _fold_delta(delta: _Delta, answer: Answer) -> None:
    for text in (delta.text, delta.thinking, delta.partial_json):
        if text:
            answer.output_bytes += utf8_bytes(text)
    if delta.text and answer.said is not None:
        answer.said.append(delta.text)
    if delta.stop_reason is not None:
        answer.finish_reasons[0] = delta.stop_reason


def _fold_block(index: int, block: _Block, answer: Answer) -> None:
    """Take the call of a tool that the caller runs; tools that the provider runs itself never come back."""
    if block.type == "tool_use":
        answer.tool_calls[index] = ToolCall(block.id, block.name)
    if isinstance(block, _TextBlock):
        answer.output_bytes += utf8_bytes(block.text) + utf8_bytes(block.thinking)
        if answer.said is not None and word(block.text):
            answer.said.append(block.text)
        given = bytes(block.input)
        answer.output_bytes += len(given) if given != b"{}" else 0  # a stream begins each input with an empty object


def _fold_usage(usage: _Usage, answer: Answer) -> None:
    """Sum the three disjoint parts of the input; what a later event leaves out stays as it was.

    Source: Anthropic, *Messages* and *Prompt caching*: total input is input + cache read + cache creation.
    """
    fresh = _total(usage, "input_tokens")
    if fresh is None and answer.input_tokens is not None:
        fresh = answer.input_tokens - (answer.cache_read_tokens or 0) - (answer.cache_write_tokens or 0)
    read, written = _total(usage, "cache_read_input_tokens"), _total(usage, "cache_creation_input_tokens")
    made = _total(usage, "output_tokens")
    if usage.cache_creation is not None:
        hour = answer.cache_write_1h_tokens = count(usage.cache_creation.ephemeral_1h_input_tokens)
        minutes = count(usage.cache_creation.ephemeral_5m_input_tokens)
        if written is None and not (hour is None and minutes is None):
            written = (hour or 0) + (minutes or 0)
    answer.cache_read_tokens = answer.cache_read_tokens if read is None else read
    answer.cache_write_tokens = answer.cache_write_tokens if written is None else written
    if fresh is not None:
        answer.input_tokens = fresh + (answer.cache_read_tokens or 0) + (answer.cache_write_tokens or 0)
    answer.output_tokens = answer.output_tokens if made is None else made
    if usage.output_tokens_details is not None:
        answer.reasoning_tokens = count(usage.output_tokens_details.thinking_tokens)
    cost_usd = usage.cost_usd()
    answer.cost_usd = answer.cost_usd if cost_usd is None else cost_usd
    if usage.speed == "fast":
        answer.service_tier = _FAST
    elif usage.service_tier and answer.service_tier != _FAST:
        answer.service_tier = usage.service_tier


def _total(usage: _Usage, name: str) -> int | None:
    """Count one kind of token, with what compaction took besides: the top level leaves that out."""
    tokens = count(getattr(usage, name))
    if tokens is not None and usage.iterations:
        for step in usage.iterations:
            if step.type == "compaction":
                tokens += count(getattr(step, name)) or 0
    return tokens
