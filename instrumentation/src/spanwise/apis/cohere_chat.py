"""Reads Cohere's chat of version 2, plain and streamed."""

from typing import Any

import msgspec

from spanwise.apis.api import Answer, Asked, Reader, ToolCall, ToolResult
from spanwise.apis.cohere_wire import DOCUMENTS, TEXTS, CohereRequest, CohereUsage, fold_reason
from spanwise.apis.measure import json_bytes, read, text_bytes, text_of, utf8_bytes, word

_DONE = b"[DONE]"


class _Turn(msgspec.Struct, gc=False):
    role: Any = None
    tool_call_id: Any = None
    content: Any = None


class _Turns(msgspec.Struct, gc=False):
    messages: list[_Turn]


class _Text(msgspec.Struct, gc=False):
    messages: Any = None
    documents: Any = None
    tools: Any = None


class _Function(msgspec.Struct, gc=False):
    name: Any = None
    arguments: Any = None


class _ToolCall(msgspec.Struct, gc=False):
    id: Any = None
    function: _Function | None = None


class _Message(msgspec.Struct, gc=False):
    content: Any = None
    tool_plan: Any = None
    tool_calls: list[_ToolCall] | _ToolCall | None = None


class _Response(msgspec.Struct, gc=False):
    id: Any = None
    message: _Message | None = None
    finish_reason: Any = None
    usage: CohereUsage | None = None


class _Event(msgspec.Struct, gc=False):
    type: Any = None
    id: Any = None
    index: int = 0
    delta: _Response | None = None


_request = msgspec.json.Decoder(CohereRequest)
_turns = msgspec.json.Decoder(_Turns)
_text = msgspec.json.Decoder(_Text)
_response = msgspec.json.Decoder(_Response)
_event = msgspec.json.Decoder(_Event)


class CohereChat(Reader):
    """The reader of `POST …/v2/chat`."""

    operation = "chat"
    provider: str | None = "cohere"

    def recognises(self, path: str) -> bool:
        """Say whether a POST to this path is a chat of version 2."""
        return path.endswith("/v2/chat")

    def read_request(self, path: str, body: bytes) -> Asked:
        """Read model, stream flag, parameters and tool results."""
        del path
        results = _tool_results(body) if b'"tool_call_id"' in body else ()
        return (read(_request, body) or CohereRequest()).told(results)

    def fold_body(self, body: bytes, answer: Answer) -> bool:
        """Fold a chat response."""
        response = read(_response, body)
        if response is None or response.message is None:
            return False
        answer.response_id = word(response.id)
        _fold_message(0, response.message, answer)
        _fold_end(response, answer)
        answer.finished = True
        return True

    def fold_event(self, data: bytes, answer: Answer) -> bool:
        """Fold one event; `message-end`, which has the usage, is the last that says something."""
        event = read(_event, data) if data != _DONE else None
        if event is None:
            answer.finished = answer.finished or data == _DONE
            return False
        if event.type == "message-start":
            answer.response_id = word(event.id)
        elif event.delta is not None:
            if event.delta.message is not None:
                _fold_message(event.index, event.delta.message, answer)
            if event.type == "message-end":
                _fold_end(event.delta, answer)
                answer.finished = True
        elif event.type is None:
            answer.error_type = "stream_error"
        return False

    def input_bytes(self, body: bytes) -> int:
        """Count the text of messages and documents, and the tool definitions as JSON."""
        asked = read(_text, body)
        if asked is None:
            return 0
        given = text_bytes(asked.messages, TEXTS, DOCUMENTS) + text_bytes(asked.documents, TEXTS, DOCUMENTS)
        return given + json_bytes(asked.tools)


def _tool_results(body: bytes) -> tuple[ToolResult, ...]:
    turns = read(_turns, body)
    results: list[ToolResult] = []
    for turn in reversed(turns.messages if turns is not None else ()):
        if turn.role != "tool":
            break
        if call_id := word(turn.tool_call_id):
            results.append(ToolResult(call_id, text_bytes(turn.content, TEXTS, DOCUMENTS)))
    return tuple(reversed(results))


def _fold_message(index: int, message: _Message, answer: Answer) -> None:
    if message.content is not None:
        answer.output_bytes += text_bytes(message.content, TEXTS)
        if answer.said is not None:
            answer.said.append(text_of(message.content) or text_of([message.content]))  # a stream has one part alone
    if message.tool_plan is not None:
        answer.output_bytes += utf8_bytes(message.tool_plan)
    calls = message.tool_calls
    if calls is None:
        return
    for at, call in enumerate(calls if isinstance(calls, list) else (calls,), index):
        known = answer.tool_calls.setdefault(at, ToolCall())
        known.id = word(call.id) or known.id
        if call.function is not None:
            known.name = word(call.function.name) or known.name
            answer.output_bytes += utf8_bytes(call.function.arguments)


def _fold_end(end: _Response, answer: Answer) -> None:
    fold_reason(end.finish_reason, answer)
    if end.usage is not None:
        end.usage.fold(answer)
