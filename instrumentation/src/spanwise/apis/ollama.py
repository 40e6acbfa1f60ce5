"""Reads Ollama's own API: chat, generate and embed, plain and as lines of JSON."""

from typing import Any, Final

import msgspec

from spanwise.apis.api import Answer, Asked, Reader, ToolCall, ToolResult
from spanwise.apis.measure import count, json_bytes, number, read, text_bytes, utf8_bytes, word

_OPERATIONS: Final = {
    "/api/chat": "chat",
    "/api/generate": "text_completion",
    "/api/embed": "embeddings",
    "/api/embeddings": "embeddings",
}
_TEXTS = ("content", "thinking", "tool_calls", "function")
_DOCUMENTS = ("arguments",)


class _Options(msgspec.Struct, gc=False):
    num_predict: Any = None
    temperature: Any = None
    top_p: Any = None
    seed: Any = None


class _Request(msgspec.Struct, gc=False):
    model: Any = None
    stream: Any = None
    think: Any = None
    dimensions: Any = None
    options: _Options | None = None


class _Text(msgspec.Struct, gc=False):
    messages: Any = None
    tools: Any = None
    prompt: Any = None
    suffix: Any = None
    system: Any = None
    input: Any = None


class _Function(msgspec.Struct, gc=False):
    name: Any = None
    arguments: Any = None


class _ToolCall(msgspec.Struct, gc=False):
    id: Any = None
    function: _Function | None = None


class _Turn(msgspec.Struct, gc=False):
    role: Any = None
    content: Any = None
    tool_calls: list[_ToolCall] | None = None
    tool_call_id: Any = None
    tool_name: Any = None


class _Turns(msgspec.Struct, gc=False):
    messages: list[_Turn]


class _Message(msgspec.Struct, gc=False):
    content: Any = None
    thinking: Any = None
    tool_calls: list[_ToolCall] | None = None


class _Response(msgspec.Struct, gc=False):
    model: Any = None
    message: _Message | None = None
    response: Any = None
    thinking: Any = None
    done: Any = None
    done_reason: Any = None
    prompt_eval_count: Any = None
    eval_count: Any = None
    embeddings: msgspec.Raw = msgspec.Raw()
    embedding: msgspec.Raw = msgspec.Raw()
    error: Any = None


_request = msgspec.json.Decoder(_Request)
_turns = msgspec.json.Decoder(_Turns)
_text = msgspec.json.Decoder(_Text)
_response = msgspec.json.Decoder(_Response)


class Ollama(Reader):
    """The reader of `POST …/api/chat`, `…/api/generate`, `…/api/embed` and the older `…/api/embeddings`."""

    operation = "chat"
    provider: str | None = "ollama"

    def recognises(self, path: str) -> bool:
        """Say whether a POST to this path is a call of Ollama."""
        return path.endswith(tuple(_OPERATIONS))

    def read_request(self, path: str, body: bytes) -> Asked:
        """Read operation, model, parameters and tool results; what is generated is streamed unless declined."""
        operation = _OPERATIONS.get(path[path.rfind("/api/") :])
        asked = read(_request, body)
        if asked is None:
            return Asked(operation=operation)
        options = asked.options or _Options()
        return Asked(
            word(asked.model),
            stream=operation != "embeddings" and asked.stream is not False,
            operation=operation,
            max_tokens=count(options.num_predict),
            temperature=number(options.temperature),
            top_p=number(options.top_p),
            seed=count(options.seed),
            reasoning_level=word(asked.think),
            dimensions=count(asked.dimensions),
            tool_results=_tool_results(body) if b'"tool"' in body else (),
        )

    def fold_body(self, body: bytes, answer: Answer) -> bool:
        """Fold a whole response."""
        response = read(_response, body)
        if response is None:
            return False
        if response.done is None and not (response.embeddings or response.embedding):
            return False
        _fold(response, answer)
        answer.finished = True
        return True

    def fold_event(self, data: bytes, answer: Answer) -> bool:
        """Fold one line of a stream; the one that is `done` is the last and has the usage."""
        response = read(_response, data)
        if response is None:
            return False
        if response.error is not None:
            answer.error_type = "stream_error"
        _fold(response, answer)
        answer.finished = response.done is True
        return False

    def input_bytes(self, body: bytes) -> int:
        """Count the text of messages, prompts and texts to embed, and the tool definitions as JSON."""
        asked = read(_text, body)
        if asked is None:
            return 0
        told = (asked.messages, asked.prompt, asked.suffix, asked.system, asked.input)
        return sum(text_bytes(part, _TEXTS, _DOCUMENTS) for part in told) + json_bytes(asked.tools)


def _tool_results(body: bytes) -> tuple[ToolResult, ...]:
    """Give the results after the model's last turn, under the name of the tool.

    Ollama's own SDK drops the call ids of newer versions and sends the name; where only the id is sent, the model's
    turn before tells the name.
    """
    turns = read(_turns, body)
    found: list[_Turn] = []
    for turn in reversed(turns.messages if turns is not None else ()):
        if turn.role == "tool":
            found.append(turn)
            continue
        names = {call.id: call.function.name for call in turn.tool_calls or () if word(call.id) and call.function}
        told = ((word(each.tool_name) or word(names.get(word(each.tool_call_id))), each) for each in reversed(found))
        return tuple(ToolResult(name, utf8_bytes(each.content)) for name, each in told if name)
    return ()


def _fold(response: _Response, answer: Answer) -> None:
    if answer.model is None:
        answer.model = word(response.model)
    message = response.message
    if message is not None:
        answer.output_bytes += utf8_bytes(message.content) + utf8_bytes(message.thinking)
        if answer.said is not None and word(message.content):
            answer.said.append(message.content)
        for call in message.tool_calls or ():  # each comes whole; see _tool_results for why the name is its id
            function = call.function or _Function()
            name = word(function.name)
            answer.tool_calls[len(answer.tool_calls)] = ToolCall(name, name)
            answer.output_bytes += json_bytes(function.arguments)
    elif response.response is not None:
        answer.output_bytes += utf8_bytes(response.response) + utf8_bytes(response.thinking)
    if (reason := word(response.done_reason)) is not None:
        answer.finish_reasons[0] = reason
    if response.prompt_eval_count is not None:
        answer.input_tokens = count(response.prompt_eval_count)
    if response.eval_count is not None:
        answer.output_tokens = count(response.eval_count)
