import json

import pytest

from spanwise.content import cohere_chat_v1 as reader

ANSWER = {"text": "Ab", "generation_id": "g", "tool_calls": [{"name": "f", "parameters": {"x": 1}}]}
PARTS = [{"type": "text", "content": "Ab"}, {"type": "tool_call", "id": None, "name": "f", "arguments": {"x": 1}}]


def test_preamble_history_message_results_and_tools_are_read():
    body = {
        "preamble": "Be brief.",
        "chat_history": [{"role": "USER", "message": "a"}, {"role": "CHATBOT", "message": "b"}],
        "message": "Hi",
        "documents": [{"snippet": "s"}],
        "tool_results": [{"call": {"name": "f"}, "outputs": [{"w": 1}]}],
        "tools": [{"name": "f", "description": "d", "parameter_definitions": {"x": {"type": "int"}}}],
    }
    told = reader.given(json.dumps(body).encode())
    assert told.system == [{"type": "text", "content": "Be brief."}]
    assert [message["role"] for message in told.messages] == ["user", "assistant", "user", "tool"]
    assert told.messages[2]["parts"] == [
        {"type": "text", "content": "Hi"},
        {"type": "document", "content": {"snippet": "s"}},
    ]
    assert told.messages[3]["parts"] == [{"type": "tool_call_response", "id": "f", "response": [{"w": 1}]}]
    assert told.tools == [
        {"type": "function", "name": "f", "description": "d", "parameters": {"x": {"type": "int"}}},
    ]


def test_a_stream_is_told_by_the_whole_response_at_its_end_or_by_what_there_is():
    said = [json.dumps({"event_type": "text-generation", "text": text}).encode() for text in "Ab"]
    end = json.dumps({"event_type": "stream-end", "response": ANSWER}).encode()
    assert reader.streamed([*said, end], b"")[0]["parts"] == PARTS
    assert reader.streamed(said, b"")[0]["parts"] == PARTS[:1]


def test_the_pieces_of_a_call_are_joined_where_the_end_is_missing():
    pieces = [
        b'{"event_type":"tool-calls-chunk","tool_call_delta":{"index":0,"name":"f"}}',
        b'{"event_type":"tool-calls-chunk","tool_call_delta":{"index":0,"parameters":"{\\"x\\":1}"}}',
    ]
    assert reader.streamed(pieces, b"")[0]["parts"] == PARTS[1:]


@pytest.mark.parametrize("body", [b"", b"{", b'{"message":7,"chat_history":{},"text":7,"tool_calls":7}'])
def test_a_broken_body_says_nothing(body):
    told = reader.given(body)
    assert (told.system, told.messages, told.tools) == ([], [], [])
    assert reader.answered(body) == reader.streamed([body], body) == reader.streamed([], body) == []
