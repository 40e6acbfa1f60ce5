"""Reads DashScope's own API: text and multimodal generation, embeddings and reranking."""

from typing import Any, Final

import msgspec

from spanwise.apis.api import Answer, Asked, Reader, ToolCall, ToolResult
from spanwise.apis.measure import count, json_bytes, number, read, text_bytes, text_of, utf8_bytes, word

_OPERATIONS: Final = {
    "/aigc/text-generation/generation": "chat",
    "/aigc/multimodal-generation/generation": "chat",
    "/embeddings/text-embedding/text-embedding": "embeddings",
    "/embeddings/multimodal-embedding/multimodal-embedding": "embeddings",
    "/rerank/text-rerank/text-rerank": "rerank",
}
_TEXTS = ("messages", "prompt", "history", "content", "text", "texts", "contents", "query", "documents")
_TEXTS_SAID = ("text",)
_DOCUMENTS = ("tool_calls",)


class _Parameters(msgspec.Struct, gc=False):
    max_tokens: Any = None
    temperature: Any = None
    top_p: Any = None
    seed: Any = None
    n: Any = None
    dimension: Any = None
    tools: Any = None


class _Request(msgspec.Struct, gc=False):
    model: Any = None
    parameters: _Parameters | None = None


class _Turn(msgspec.Struct, gc=False):
    role: Any = None
    content: Any = None
    tool_call_id: Any = None


class _TurnsInput(msgspec.Struct, gc=False):
    messages: list[_Turn] = msgspec.field(default_factory=list[_Turn])


class _Turns(msgspec.Struct, gc=False):
    input: _TurnsInput


class _Text(msgspec.Struct, gc=False):
    input: Any = None
    parameters: _Parameters | None = None


class _InputDetails(msgspec.Struct, gc=False):
    cached_tokens: Any = None
    cache_creation_input_tokens: Any = None


class _OutputDetails(msgspec.Struct, gc=False):
    reasoning_tokens: Any = None


class _Usage(msgspec.Struct, gc=False):
    input_tokens: Any = None
    output_tokens: Any = None
    total_tokens: Any = None
    prompt_tokens_details: _InputDetails | None = None
    input_tokens_details: _InputDetails | None = None
    output_tokens_details: _OutputDetails | None = None


class _Function(msgspec.Struct, gc=False):
    name: Any = None
    arguments: Any = None


class _ToolCall(msgspec.Struct, gc=False):
    index: Any = None
    id: Any = None
    function: _Function | None = None


class _Message(msgspec.Struct, gc=False):
    content: Any = None
    reasoning_content: Any = None
    tool_calls: list[_ToolCall] | None = None


class _Choice(msgspec.Struct, gc=False):
    finish_reason: Any = None
    index: Any = None
    message: _Message | None = None


class _Output(msgspec.Struct, gc=False):
    text: Any = None
    finish_reason: Any = None
    choices: list[_Choice] | None = None


class _Response(msgspec.Struct, gc=False):
    request_id: Any = None
    output: _Output | None = None
    usage: _Usage | None = None
    code: Any = None


_request = msgspec.json.Decoder(_Request)
_turns = msgspec.json.Decoder(_Turns)
_text = msgspec.json.Decoder(_Text)
_response = msgspec.json.Decoder(_Response)


class DashScope(Reader):
    """The reader of `POST /api/v1/services/aigc|embeddings|rerank/…`."""

    operation = "chat"
    provider: str | None = "dashscope"

    def recognises(self, path: str) -> bool:
        """Say whether a POST to this path is a call of DashScope that answers at once."""
        return path.endswith(tuple(_OPERATIONS))

    def read_request(self, path: str, body: bytes) -> Asked:
        """Read operation, model, parameters and tool results; only a header says whether a stream is asked for."""
        operation = _OPERATIONS.get("/" + "/".join(path.rsplit("/", 3)[1:]))
        asked = read(_request, body)
        if asked is None:
            return Asked(operation=operation)
        parameters = asked.parameters or _Parameters()
        return Asked(
            word(asked.model),
            operation=operation,
            max_tokens=count(parameters.max_tokens),
            temperature=number(parameters.temperature),
            top_p=number(parameters.top_p),
            choice_count=count(parameters.n),
            seed=count(parameters.seed),
            dimensions=count(parameters.dimension),
            tool_results=_tool_results(body) if b'"tool_call_id"' in body else (),
        )

    def fold_body(self, body: bytes, answer: Answer) -> bool:
        """Fold a whole response."""
        response = read(_response, body)
        if response is None or response.output is None:
            return False
        _fold(response, answer)
        answer.finished = True
        return True

    def fold_event(self, data: bytes, answer: Answer) -> bool:
        """Fold one event: the text so far, or under `incremental_output` what is new; usage is always that so far."""
        response = read(_response, data)
        if response is None:
            return False
        if response.output is None:
            answer.error_type = word(response.code) or answer.error_type
        _fold(response, answer)
        return False

    def input_bytes(self, body: bytes) -> int:
        """Count the text of messages, prompts and texts to embed or to rank, and the tool definitions as JSON."""
        asked = read(_text, body)
        if asked is None:
            return 0
        tools = asked.parameters.tools if asked.parameters is not None else None
        return text_bytes(asked.input, _TEXTS, _DOCUMENTS) + json_bytes(tools)


def _tool_results(body: bytes) -> tuple[ToolResult, ...]:
    turns = read(_turns, body)
    results: list[ToolResult] = []
    for turn in reversed(turns.input.messages if turns is not None else ()):
        if turn.role != "tool":
            break
        if call_id := word(turn.tool_call_id):
            results.append(ToolResult(call_id, text_bytes(turn.content, _TEXTS)))
    return tuple(reversed(results))


def _fold(response: _Response, answer: Answer) -> None:
    answer.response_id = word(response.request_id) or answer.response_id
    output = response.output
    if output is not None:
        size = utf8_bytes(output.text)
        _fold_reason(0, output.finish_reason, answer)
        for place, choice in enumerate(output.choices or ()):
            index = count(choice.index)
            size += _fold_choice(place if index is None else index, choice, answer)
            if answer.said is not None and place == 0 and choice.message is not None:
                _say(text_of(choice.message.content), answer.said)
        if answer.said is not None and word(output.text):
            _say(output.text, answer.said)
        # The text may be all so far, not what is new, and only the request tells which. The larger of both is no more
        # than was said either way, and the usage beside it is exact.
        answer.output_bytes = (
            max(answer.output_bytes, size) if response.usage is not None else answer.output_bytes + size
        )
    if response.usage is not None:
        _fold_usage(response.usage, answer)


def _say(text: str, said: list[str]) -> None:
    """Take a text: all so far stands for what came before, what is new follows it."""
    if said and text.startswith("".join(said)):
        said.clear()
    said.append(text)


def _fold_choice(index: int, choice: _Choice, answer: Answer) -> int:
    _fold_reason(index, choice.finish_reason, answer)
    message = choice.message
    if message is None:
        return 0
    size = text_bytes(message.content, _TEXTS_SAID) + utf8_bytes(message.reasoning_content)
    for place, call in enumerate(message.tool_calls or ()):
        at = count(call.index)
        at = place if at is None else at
        known = answer.tool_calls.setdefault(at if index == 0 else f"{index}.{at}", ToolCall())
        known.id = word(call.id) or known.id
        if call.function is not None:
            known.name = word(call.function.name) or known.name
            size += utf8_bytes(call.function.arguments)
    return size


def _fold_reason(index: int, reason: object, answer: Answer) -> None:
    told = word(reason)
    if told is not None and told != "null":  # the word that stands there while the model goes on
        answer.finish_reasons[index] = told


def _fold_usage(usage: _Usage, answer: Answer) -> None:
    given, made = count(usage.input_tokens), count(usage.output_tokens)
    if given is None and made is None:  # embeddings and rankings tell a total only
        given = count(usage.total_tokens)
    answer.input_tokens, answer.output_tokens = given, made
    details = usage.prompt_tokens_details or usage.input_tokens_details
    if details is not None:
        answer.cache_read_tokens = count(details.cached_tokens)
        answer.cache_write_tokens = count(details.cache_creation_input_tokens)
    if usage.output_tokens_details is not None:
        answer.reasoning_tokens = count(usage.output_tokens_details.reasoning_tokens)
