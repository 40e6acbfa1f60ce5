"""Reads Cohere's chat of version 1, plain and streamed, as its older SDKs and Bedrock's Command R speak it."""

from typing import Any

import msgspec

from spanwise.apis.api import Answer, Asked, Reader, ToolCall, ToolResult
from spanwise.apis.cohere_wire import DOCUMENTS, TEXTS, CohereRequest, CohereUsage, fold_reason
from spanwise.apis.measure import json_bytes, read, text_bytes, utf8_bytes, word


class _CallOf(msgspec.Struct, gc=False):
    name: Any = None


class _Result(msgspec.Struct, gc=False):
    call: _CallOf | None = None
    outputs: Any = None


class _Results(msgspec.Struct, gc=False):
    tool_results: list[_Result] | None = None


class _Text(msgspec.Struct, gc=False):
    message: Any = None
    preamble: Any = None
    chat_history: Any = None
    tool_results: Any = None
    documents: Any = None
    tools: Any = None


class _ToolCall(msgspec.Struct, gc=False):
    name: Any = None
    parameters: Any = None


class _Response(msgspec.Struct, gc=False):
    response_id: Any = None
    generation_id: Any = None
    text: Any = None
    finish_reason: Any = None
    tool_calls: list[_ToolCall] | None = None
    meta: CohereUsage | None = None


class _ToolCallPiece(msgspec.Struct, gc=False):
    name: Any = None
    index: int = 0
    parameters: Any = None


class _Event(_Response, gc=False):
    event_type: Any = None
    tool_call_delta: _ToolCallPiece | None = None
    response: _Response | None = None


_request = msgspec.json.Decoder(CohereRequest)
_results = msgspec.json.Decoder(_Results)
_text = msgspec.json.Decoder(_Text)
_response = msgspec.json.Decoder(_Response)
_event = msgspec.json.Decoder(_Event)


class CohereChatV1(Reader):
    """The reader of `POST …/v1/chat`."""

    operation = "chat"
    provider: str | None = "cohere"

    def recognises(self, path: str) -> bool:
        """Say whether a POST to this path is a chat of version 1."""
        return path.endswith("/v1/chat")

    def read_request(self, path: str, body: bytes) -> Asked:
        """Read model, stream flag, conversation, parameters and tool results, which go by the name of the tool."""
        del path
        results = _tool_results(body) if b'"tool_results"' in body else ()
        return (read(_request, body) or CohereRequest()).told(results)

    def fold_body(self, body: bytes, answer: Answer) -> bool:
        """Fold a chat response."""
        response = read(_response, body)
        if response is None or not isinstance(response.text, str):
            return False
        answer.output_bytes += utf8_bytes(response.text)
        if answer.said is not None:
            answer.said.append(response.text)
        _fold_end(response, answer)
        return True

    def fold_event(self, data: bytes, answer: Answer) -> bool:
        """Fold one event; `stream-end` repeats the whole response and has the usage."""
        event = read(_event, data)
        if event is None:
            return False
        if event.event_type == "stream-start":
            answer.response_id = word(event.generation_id)
        elif event.event_type == "text-generation":
            answer.output_bytes += utf8_bytes(event.text)
            if answer.said is not None and word(event.text):
                answer.said.append(event.text)
        elif event.tool_call_delta is not None:
            piece = event.tool_call_delta
            known = answer.tool_calls.setdefault(piece.index, ToolCall())
            known.name = known.id = word(piece.name) or known.name  # calls have no ids in this version
            answer.output_bytes += utf8_bytes(piece.parameters)
        elif event.event_type == "stream-end":
            fold_reason(event.finish_reason, answer)
            _fold_end(event.response or _Response(), answer)
        elif event.event_type is None:
            answer.error_type = "stream_error"
        return False

    def input_bytes(self, body: bytes) -> int:
        """Count the text of message, preamble, history and tool results, and documents and tool definitions as JSON."""
        asked = read(_text, body)
        if asked is None:
            return 0
        told = (asked.message, asked.preamble, asked.chat_history, asked.tool_results)
        return sum(text_bytes(part, TEXTS, DOCUMENTS) for part in told) + sum(
            json_bytes(part) for part in (asked.documents, asked.tools)
        )


def _tool_results(body: bytes) -> tuple[ToolResult, ...]:
    told = read(_results, body)
    results = told.tool_results if told is not None else None
    return tuple(
        ToolResult(name, json_bytes(each.outputs))
        for each in results or ()
        if each.call is not None and (name := word(each.call.name))
    )


def _fold_end(response: _Response, answer: Answer) -> None:
    answer.response_id = word(response.response_id) or word(response.generation_id) or answer.response_id
    fold_reason(response.finish_reason, answer)
    for index, call in enumerate(response.tool_calls or ()):
        known = answer.tool_calls.setdefault(index, ToolCall())
        if known.name is None:  # a stream has told it before
            known.name = known.id = word(call.name)
            answer.output_bytes += json_bytes(call.parameters)
    if response.meta is not None:
        response.meta.fold(answer)
    answer.finished = True
