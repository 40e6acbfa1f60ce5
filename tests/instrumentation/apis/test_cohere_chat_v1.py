import json

import pytest

from spanwise.apis.api import Answer, Asked, ToolCall, ToolResult
from spanwise.apis.cohere_chat_v1 import CohereChatV1

API = CohereChatV1()
META = {
    "api_version": {"version": "1"},
    "billed_units": {"input_tokens": 20, "output_tokens": 9},
    "tokens": {"input_tokens": 216, "output_tokens": 11},
}
PLAIN = {
    "response_id": "r1",
    "text": "The Danube",
    "generation_id": "g1",
    "chat_history": [{"role": "USER", "message": "hi"}],
    "finish_reason": "COMPLETE",
    "meta": META,
}


def body(value: object) -> bytes:
    return json.dumps(value).encode()


def streamed(*events: dict) -> Answer:
    answer = Answer()
    for event in events:
        assert API.fold_event(body(event), answer) is False
    return answer


def event(kind: str, **told: object) -> dict:
    return {"is_finished": kind == "stream-end", "event_type": kind, **told}


@pytest.mark.parametrize(("path", "owned"), [("/v1/chat", True), ("/v2/chat", False), ("/v1/chat/completions", False)])
def test_only_version_1_is_recognised(path, owned):
    assert API.recognises(path) is owned


def test_request_is_read():
    text = b'{"message":"hi","model":"command-r","stream":true,"conversation_id":"c-1","temperature":0,"max_tokens":4}'
    assert API.read_request("/v1/chat", text) == Asked(
        "command-r", stream=True, conversation="c-1", temperature=0.0, max_tokens=4
    )
    assert API.read_request("/v1/chat", b"{") == Asked()


def test_tool_results_go_by_the_name_of_the_tool():
    results = [{"call": {"name": "weather", "parameters": {}}, "outputs": [{"t": 1}]}, {"outputs": []}]
    asked = API.read_request("/v1/chat", body({"message": "", "tool_results": results}))
    assert asked.tool_results == (ToolResult("weather", len('[{"t":1}]')),)


def test_plain_answer_is_read():
    answer = Answer()
    assert API.fold_body(body({**PLAIN, "tool_calls": [{"name": "weather", "parameters": {"c": 1}}]}), answer)
    assert (answer.input_tokens, answer.output_tokens, answer.finish_reasons) == (20, 9, {0: "COMPLETE"})
    assert (answer.response_id, answer.output_bytes, answer.finished) == ("r1", 10 + 7, True)
    assert answer.tool_calls == {0: ToolCall("weather", "weather")}


def test_stream_ends_with_the_whole_answer_and_its_text_is_measured_once():
    before = [
        event("stream-start", generation_id="g1"),
        event("text-generation", text="The "),
        event("text-generation", text="Danube"),
    ]
    assert (streamed(*before).response_id, streamed(*before).finished) == ("g1", False)
    answer = streamed(*before, event("stream-end", finish_reason="COMPLETE", response=PLAIN))
    assert (answer.input_tokens, answer.output_tokens, answer.finish_reasons) == (20, 9, {0: "COMPLETE"})
    assert (answer.output_bytes, answer.response_id, answer.finished) == (10, "r1", True)


def test_streamed_tool_calls_are_measured_once():
    calls = [{"name": "weather", "parameters": {"c": 1}}]
    answer = streamed(
        event("tool-calls-chunk", tool_call_delta={"index": 0, "name": "weather"}),
        event("tool-calls-chunk", tool_call_delta={"index": 0, "parameters": '{"c":1}'}),
        event("tool-calls-generation", tool_calls=calls),
        event("stream-end", finish_reason="COMPLETE", response={**PLAIN, "text": "", "tool_calls": calls}),
    )
    assert answer.tool_calls == {0: ToolCall("weather", "weather")}
    assert answer.output_bytes == 7


@pytest.mark.parametrize(
    ("told", "error"),
    [
        (event("stream-end", finish_reason="ERROR_LIMIT", response=PLAIN), "ERROR_LIMIT"),
        ({"message": "internal error"}, "stream_error"),
    ],
)
def test_error_in_a_stream_is_told(told, error):
    assert streamed(told).error_type == error


@pytest.mark.parametrize("text", [b"", b"<html>", b"[]", b'{"message":"no"}', b'{"text":7}', b'{"text":"Dan'])
def test_what_is_no_answer_is_refused(text):
    assert not API.fold_body(text, Answer())


@pytest.mark.parametrize("data", [b"", b"{broken", b'"\xff"', b'{"event_type":"stream-end","response":[]}'])
def test_broken_events_are_passed_over(data):
    answer = Answer()
    assert API.fold_event(data, answer) is False
    assert answer == Answer()


def test_input_is_message_preamble_history_results_documents_and_tools():
    request = {
        "message": "12345",
        "preamble": "ab",
        "chat_history": [{"role": "USER", "message": "123"}],
        "tool_results": [{"call": {"name": "f"}, "outputs": [{"t": 1}]}],
        "documents": [{"t": "1"}],
        "tools": [],
    }
    assert API.input_bytes(body(request)) == 5 + 2 + 3 + len('[{"t":1}]') + len('[{"t":"1"}]') + 2
    assert API.input_bytes(b"{") == 0
