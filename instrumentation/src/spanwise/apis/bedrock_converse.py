"""Reads Amazon Bedrock's Converse and ConverseStream, in which every model speaks one form."""

from typing import Any
from urllib.parse import unquote

import msgspec

from spanwise.apis.api import Answer, Asked, Reader, ToolCall, ToolResult
from spanwise.apis.measure import count, elements, json_bytes, members, number, read, text_bytes, utf8_bytes, word

_TEXTS = ("content", "text", "toolUse", "toolResult", "reasoningContent", "reasoningText", "guardContent")
_DOCUMENTS = ("input", "json")


class _Struct(msgspec.Struct, gc=False, rename="camel"):
    pass


class _Config(_Struct, gc=False):
    max_tokens: Any = None
    temperature: Any = None
    top_p: Any = None


class _Output(_Struct, gc=False):
    effort: Any = None


class _Request(_Struct, gc=False):
    inference_config: _Config | None = None
    output_config: _Output | None = None


class _ToolResult(_Struct, gc=False):
    tool_use_id: Any = None
    content: Any = None


class _Given(_Struct, gc=False):
    tool_result: _ToolResult | None = None


class _Turn(_Struct, gc=False):
    content: list[_Given] = msgspec.field(default_factory=list[_Given])


class _Turns(_Struct, gc=False):
    messages: list[_Turn]


class _Text(_Struct, gc=False):
    messages: Any = None
    system: Any = None
    tool_config: Any = None


class _Usage(_Struct, gc=False):
    input_tokens: Any = None
    output_tokens: Any = None
    cache_read_input_tokens: Any = None
    cache_write_input_tokens: Any = None
    cache_read_input_token_count: Any = None  # Nova's own response
    cache_write_input_token_count: Any = None
    cache_details: Any = None


class _ServiceTier(_Struct, gc=False):
    type: Any = None


class _PromptRouter(_Struct, gc=False):
    invoked_model_id: Any = None


class _Trace(_Struct, gc=False):
    prompt_router: _PromptRouter | None = None


class _ToolUse(_Struct, gc=False):
    tool_use_id: Any = None
    name: Any = None
    input: Any = None


class _Block(_Struct, gc=False):
    text: Any = None
    tool_use: _ToolUse | None = None
    reasoning_content: Any = None


class _Message(_Struct, gc=False):
    content: list[_Block] | None = None


class _Said(_Struct, gc=False):
    message: _Message | None = None


class _Ending(_Struct, gc=False):
    usage: _Usage | None = None
    service_tier: _ServiceTier | None = None
    trace: _Trace | None = None


class _Response(_Ending, gc=False):
    output: _Said | None = None
    stop_reason: Any = None


class _BlockEvent(_Struct, gc=False):
    content_block_index: int = 0
    start: _Block | None = None
    delta: _Block | None = None


class _Stop(_Struct, gc=False):
    stop_reason: Any = None


class _Event(_Struct, gc=False):
    content_block_delta: _BlockEvent | None = None
    content_block_start: _BlockEvent | None = None
    content_block_stop: msgspec.Raw = msgspec.Raw()
    message_start: msgspec.Raw = msgspec.Raw()
    message_stop: _Stop | None = None
    metadata: _Ending | None = None


_request = msgspec.json.Decoder(_Request)
_turns = msgspec.json.Decoder(_Turns)
_text = msgspec.json.Decoder(_Text)
_response = msgspec.json.Decoder(_Response)
_event = msgspec.json.Decoder(_Event)
_any: msgspec.json.Decoder[Any] = msgspec.json.Decoder()


class BedrockConverse(Reader):
    """The reader of `POST /model/{modelId}/converse` and `…/converse-stream`."""

    operation = "chat"
    provider: str | None = "aws.bedrock"

    def recognises(self, path: str) -> bool:
        """Say whether a POST to this path is a Converse call."""
        return path.endswith(("/converse", "/converse-stream")) and "/model/" in path

    def read_request(self, path: str, body: bytes) -> Asked:
        """Read the model from the path, and parameters and tool results from the body."""
        model, stream = model_of(path), path.endswith("-stream")
        asked = read(_request, body)
        if asked is None:
            return Asked(model, stream=stream)
        config = asked.inference_config or _Config()
        return Asked(
            model,
            stream=stream,
            max_tokens=count(config.max_tokens),
            temperature=number(config.temperature),
            top_p=number(config.top_p),
            reasoning_level=word(asked.output_config.effort) if asked.output_config is not None else None,
            tool_results=_tool_results(body) if b'"toolResult"' in body else (),
        )

    def fold_body(self, body: bytes, answer: Answer) -> bool:
        """Fold a Converse response, or the like one of a Nova model."""
        response = read(_response, body)
        if response is None:
            return False
        if response.output is None:
            return False
        if response.output.message is not None:
            for index, block in enumerate(response.output.message.content or ()):
                _fold_block(index, block, answer)
        _fold_stop(response.stop_reason, answer)
        _fold_ending(response, answer)
        answer.finished = True
        return True

    def fold_event(self, data: bytes, answer: Answer) -> bool:
        """Fold one member of the stream's union; `metadata`, which has the usage, is the last."""
        event = read(_event, data)
        if event is None:
            return False
        piece = event.content_block_delta or event.content_block_start
        if piece is not None:
            block = piece.delta or piece.start
            if block is not None:
                _fold_block(piece.content_block_index, block, answer)
        elif event.message_stop is not None:
            _fold_stop(event.message_stop.stop_reason, answer)
        elif event.metadata is not None:
            _fold_ending(event.metadata, answer)
            answer.finished = True
        elif not event.message_start and not event.content_block_stop:
            answer.error_type = exception_in(data) or answer.error_type
        return False

    def input_bytes(self, body: bytes) -> int:
        """Count the text of messages and system prompts, and the tool definitions as JSON."""
        asked = read(_text, body)
        if asked is None:
            return 0
        told = text_bytes(asked.messages, _TEXTS, _DOCUMENTS) + text_bytes(asked.system, _TEXTS)
        return told + json_bytes(asked.tool_config)


def model_of(path: str) -> str | None:
    """Give the model id, profile or ARN in `/model/{modelId}/{action}`, where a client may have escaped its parts."""
    _, _, rest = path.partition("/model/")
    return unquote(rest.rpartition("/")[0]) or None


def exception_in(data: bytes) -> str | None:
    """Name the exception that ends a stream, such as `throttlingException`; None where the event is none."""
    for name, value in members(read(_any, data)).items():
        if name == "error":
            return word(members(value).get("code")) or "stream_error"
        if name.endswith("Exception"):
            return name
    return None


def _tool_results(body: bytes) -> tuple[ToolResult, ...]:
    turns = read(_turns, body)
    if turns is None or not turns.messages:
        return ()
    results = [block.tool_result for block in turns.messages[-1].content if block.tool_result is not None]
    return tuple(
        ToolResult(call_id, text_bytes(result.content, _TEXTS, _DOCUMENTS))
        for result in results
        if (call_id := word(result.tool_use_id))
    )


def _fold_block(index: int, block: _Block, answer: Answer) -> None:
    answer.output_bytes += utf8_bytes(block.text)
    if answer.said is not None and word(block.text):
        answer.said.append(block.text)
    if block.reasoning_content is not None:
        answer.output_bytes += text_bytes(block.reasoning_content, _TEXTS)
    if block.tool_use is not None:
        answer.output_bytes += json_bytes(block.tool_use.input)
        call = answer.tool_calls.setdefault(index, ToolCall())
        call.id = word(block.tool_use.tool_use_id) or call.id
        call.name = word(block.tool_use.name) or call.name


def _fold_stop(reason: object, answer: Answer) -> None:
    if (told := word(reason)) is not None:
        answer.finish_reasons[0] = told


def _fold_ending(ending: _Ending, answer: Answer) -> None:
    if ending.usage is not None:
        _fold_usage(ending.usage, answer)
    if ending.service_tier is not None:
        answer.service_tier = word(ending.service_tier.type)
    if ending.trace is not None and ending.trace.prompt_router is not None:
        answer.model = word(ending.trace.prompt_router.invoked_model_id)


def _fold_usage(usage: _Usage, answer: Answer) -> None:
    read, written = count(usage.cache_read_input_tokens), count(usage.cache_write_input_tokens)
    read = count(usage.cache_read_input_token_count) if read is None else read
    written = count(usage.cache_write_input_token_count) if written is None else written
    given = count(usage.input_tokens)
    answer.input_tokens = None if given is None else given + (read or 0) + (written or 0)
    answer.output_tokens = count(usage.output_tokens)
    answer.cache_read_tokens, answer.cache_write_tokens = read, written
    for detail in elements(usage.cache_details):
        if members(detail).get("ttl") == "1h":
            answer.cache_write_1h_tokens = count(members(detail).get("inputTokens"))
