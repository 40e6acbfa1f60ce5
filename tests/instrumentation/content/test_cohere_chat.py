import json

import pytest

from spanwise.content import cohere_chat as reader


def event(kind, index=0, **message) -> bytes:
    return json.dumps({"type": kind, "index": index, "delta": {"message": message}}).encode()


def test_messages_documents_and_tools_are_read():
    body = {
        "messages": [
            {"role": "system", "content": "Be brief."},
            {"role": "user", "content": [{"type": "text", "text": "Hi"}]},
            {
                "role": "assistant",
                "tool_plan": "Look.",
                "tool_calls": [{"id": "c1", "function": {"name": "f", "arguments": '{"x":1}'}}],
            },
            {"role": "tool", "tool_call_id": "c1", "content": [{"type": "document", "document": {"data": "sunny"}}]},
        ],
        "documents": ["d"],
        "tools": [{"type": "function", "function": {"name": "f", "parameters": {}}}],
    }
    told = reader.given(json.dumps(body).encode())
    assert [message["parts"] for message in told.messages] == [
        [{"type": "text", "content": "Be brief."}],
        [{"type": "text", "content": "Hi"}],
        [
            {"type": "reasoning", "content": "Look."},
            {"type": "tool_call", "id": "c1", "name": "f", "arguments": {"x": 1}},
        ],
        [
            {
                "type": "tool_call_response",
                "id": "c1",
                "response": [{"type": "document", "content": {"data": "sunny"}}],
            }
        ],
        [{"type": "document", "content": "d"}],
    ]
    assert told.tools == [{"type": "function", "name": "f", "parameters": {}}]


def test_the_deltas_of_a_stream_are_put_together():
    pieces = [
        event("message-start", role="assistant", content=[], tool_calls=[]),
        event("tool-plan-delta", tool_plan="Lo"),
        event("tool-plan-delta", tool_plan="ok."),
        event("content-start", content={"type": "text", "text": ""}),
        event("content-delta", content={"text": "Ab"}),
        event("tool-call-start", 1, tool_calls={"id": "c1", "function": {"name": "f", "arguments": ""}}),
        event("tool-call-delta", 1, tool_calls={"function": {"arguments": '{"x":1}'}}),
        b"[DONE]",
    ]
    assert reader.streamed(pieces, b"")[0]["parts"] == [
        {"type": "reasoning", "content": "Look."},
        {"type": "text", "content": "Ab"},
        {"type": "tool_call", "id": "c1", "name": "f", "arguments": {"x": 1}},
    ]


@pytest.mark.parametrize("body", [b"", b"{", b'{"messages":7,"message":7,"documents":7,"tools":[7]}'])
def test_a_broken_body_says_nothing(body):
    told = reader.given(body)
    assert (told.messages, told.tools) == ([], [])
    assert reader.answered(body) == reader.streamed([body], body) == []
