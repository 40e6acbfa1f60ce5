import json

import pytest

from spanwise.apis.api import Answer, Asked, ToolCall, ToolResult
from spanwise.apis.cohere_chat import CohereChat

API = CohereChat()
USAGE = {
    "billed_units": {"input_tokens": 20, "output_tokens": 9},
    "tokens": {"input_tokens": 216, "output_tokens": 11},
}
PLAIN = {
    "id": "c14c80c3",
    "finish_reason": "COMPLETE",
    "message": {"role": "assistant", "content": [{"type": "text", "text": "The Danube"}]},
    "usage": USAGE,
}


def body(value: object) -> bytes:
    return json.dumps(value).encode()


def plain(**changes: object) -> Answer:
    answer = Answer()
    assert API.fold_body(body({**PLAIN, **changes}), answer)
    return answer


def streamed(*events: dict) -> Answer:
    answer = Answer()
    for event in events:
        assert API.fold_event(body(event), answer) is False
    return answer


def delta(kind, index=0, **message):
    return {"type": kind, "index": index, "delta": {"message": message}}


START = {"id": "29f14a5a", "type": "message-start", "delta": {"message": {"role": "assistant", "content": []}}}
END = {"type": "message-end", "delta": {"finish_reason": "COMPLETE", "usage": USAGE}}


@pytest.mark.parametrize(("path", "owned"), [("/v2/chat", True), ("/v1/chat", False), ("/v2/chat/completions", False)])
def test_only_version_2_is_recognised(path, owned):
    assert API.recognises(path) is owned


@pytest.mark.parametrize(
    ("text", "asked"),
    [
        (
            b'{"model":"command-a-03-2025","stream":true,"max_tokens":9,"temperature":0.3,"p":0.75,"seed":7}',
            Asked("command-a-03-2025", stream=True, max_tokens=9, temperature=0.3, top_p=0.75, seed=7),
        ),
        (b'{"model":7,"stream":"yes","max_tokens":-1}', Asked()),
        (b"not json", Asked()),
        (b"", Asked()),
    ],
)
def test_request_is_read(text, asked):
    assert API.read_request("/v2/chat", text) == asked


def test_results_since_the_model_spoke_are_read():
    request = {
        "messages": [
            {"role": "tool", "tool_call_id": "old", "content": "x"},
            {"role": "assistant", "tool_calls": []},
            {"role": "tool", "tool_call_id": "a", "content": "sunny"},
            {"role": "tool", "tool_call_id": "b", "content": [{"type": "document", "document": {"data": {"c": 1}}}]},
        ]
    }
    asked = API.read_request("/v2/chat", body(request))
    assert asked.tool_results == (ToolResult("a", 5), ToolResult("b", len('{"c":1}')))


def test_tokens_are_those_that_are_billed():
    answer = plain()
    assert (answer.input_tokens, answer.output_tokens, answer.cache_read_tokens) == (20, 9, None)
    assert (answer.response_id, answer.finish_reasons, answer.output_bytes) == ("c14c80c3", {0: "COMPLETE"}, 10)


@pytest.mark.parametrize(
    ("usage", "tokens"),
    [
        ({"tokens": {"input_tokens": 216, "output_tokens": 11.0}}, (216, 11, None)),
        ({**USAGE, "cached_tokens": 16}, (20, 9, 16)),
        ({**USAGE, "cached_tokens": 200}, (20, 9, 20)),
        ({"billed_units": {"search_units": 1}}, (None, None, None)),
        ({"billed_units": {"input_tokens": "20", "output_tokens": -9}}, (None, None, None)),
        (None, (None, None, None)),
    ],
)
def test_usage_is_read_where_it_is_told(usage, tokens):
    answer = plain(usage=usage)
    assert (answer.input_tokens, answer.output_tokens, answer.cache_read_tokens) == tokens


def test_tool_calls_and_thinking_of_a_plain_answer_are_read():
    message = {
        "role": "assistant",
        "tool_plan": "I will look.",
        "content": [{"type": "thinking", "thinking": "hm"}],
        "tool_calls": [
            {"id": "weather_0", "type": "function", "function": {"name": "weather", "arguments": '{"c":1}'}},
            {"id": "weather_1", "type": "function", "function": {"name": "weather", "arguments": "{}"}},
        ],
    }
    answer = plain(message=message, finish_reason="TOOL_CALL")
    assert answer.tool_calls == {0: ToolCall("weather_0", "weather"), 1: ToolCall("weather_1", "weather")}
    assert answer.output_bytes == 12 + 2 + 7 + 2


def test_stream_ends_with_its_usage():
    before = [
        START,
        delta("content-start", content={"type": "text", "text": ""}),
        delta("content-delta", content={"text": "The "}),
        delta("content-delta", content={"text": "Danube"}),
        {"type": "content-end", "index": 0},
    ]
    assert not streamed(*before).finished
    answer = streamed(*before, END)
    assert (answer.input_tokens, answer.output_tokens, answer.finish_reasons) == (20, 9, {0: "COMPLETE"})
    assert (answer.response_id, answer.output_bytes, answer.finished) == ("29f14a5a", 10, True)


def test_pieces_of_streamed_tool_calls_are_joined():
    answer = streamed(
        delta("tool-plan-delta", tool_plan="I will"),
        delta("tool-call-start", tool_calls={"id": "w_0", "function": {"name": "weather", "arguments": ""}}),
        delta("tool-call-delta", tool_calls={"function": {"arguments": '{"c":'}}),
        delta("tool-call-delta", tool_calls={"function": {"arguments": "1}"}}),
        {"type": "tool-call-end", "index": 0},
        delta("tool-call-start", 1, tool_calls={"id": "w_1", "function": {"name": "time", "arguments": "{}"}}),
    )
    assert answer.tool_calls == {0: ToolCall("w_0", "weather"), 1: ToolCall("w_1", "time")}
    assert answer.output_bytes == 6 + 7 + 2


def test_done_ends_a_stream():
    answer = Answer()
    API.fold_event(b"[DONE]", answer)
    assert answer.finished


@pytest.mark.parametrize(
    ("event", "error"),
    [
        ({"type": "message-end", "delta": {"finish_reason": "ERROR", "error": "no"}}, "ERROR"),
        ({"type": "message-end", "delta": {"finish_reason": "TIMEOUT"}}, "TIMEOUT"),
        ({"message": "internal error"}, "stream_error"),
        (END, None),
    ],
)
def test_error_in_a_stream_is_told(event, error):
    assert streamed(event).error_type == error


@pytest.mark.parametrize(
    "text", [b"", b"<html>", b"[]", b'{"message":"invalid api token"}', b'{"message":{"con', b"{}"]
)
def test_what_is_no_answer_is_refused(text):
    assert not API.fold_body(text, Answer())


@pytest.mark.parametrize("data", [b"", b"{broken", b'"\xff"', b"[" * 9999, b'{"type":"content-delta","delta":7}'])
def test_broken_events_are_passed_over(data):
    answer = Answer()
    assert API.fold_event(data, answer) is False
    assert answer == Answer()


def test_input_is_the_text_of_messages_documents_and_tools_without_images():
    request = {
        "messages": [
            {"role": "user", "content": [{"type": "text", "text": "12345"}, {"type": "image_url", "image_url": {}}]},
            {"role": "assistant", "tool_plan": "ab", "tool_calls": [{"function": {"name": "f", "arguments": "{}"}}]},
        ],
        "documents": ["doc", {"id": "1", "data": {"t": 1}}],
        "tools": [],
    }
    assert API.input_bytes(body(request)) == 5 + 2 + 2 + 3 + 7 + 2
    assert API.input_bytes(b"{") == 0
