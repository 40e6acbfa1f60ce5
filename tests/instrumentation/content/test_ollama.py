import json

import pytest

from spanwise.content import ollama as reader

CALL = {"function": {"name": "f", "arguments": {"x": 1}}}
PARTS = [
    {"type": "reasoning", "content": "Hm."},
    {"type": "text", "content": "Ab"},
    {"type": "tool_call", "id": None, "name": "f", "arguments": {"x": 1}},
]


def line(**message) -> bytes:
    return json.dumps({"message": {"role": "assistant", **message}, "done": False}).encode()


def test_a_chat_is_told_plain_and_streamed():
    pieces = [line(thinking="Hm."), line(content="A"), line(content="b"), line(content="", tool_calls=[CALL])]
    whole = line(thinking="Hm.", content="Ab", tool_calls=[CALL])
    assert reader.streamed(pieces, b"") == reader.answered(whole) == [{"role": "assistant", "parts": PARTS}]


def test_what_is_generated_is_told():
    pieces = [b'{"response":"A"}', b'{"response":"b"}', b'{"response":"","done":true}']
    assert reader.streamed(pieces, b"")[0]["parts"] == PARTS[1:2]


def test_messages_images_results_and_tools_are_read():
    body = {
        "messages": [
            {"role": "user", "content": "Hi", "images": ["YWJj"]},
            {"role": "assistant", "content": "", "tool_calls": [CALL]},
            {"role": "tool", "tool_name": "f", "content": "sunny"},
        ],
        "tools": [{"type": "function", "function": {"name": "f"}}],
    }
    told = reader.given(json.dumps(body).encode())
    blob = {"type": "blob", "modality": "image", "content": "", "mime_type": "image/*", "size_bytes": 3}
    assert told.messages[0]["parts"] == [{"type": "text", "content": "Hi"}, blob]
    assert told.messages[1]["parts"] == PARTS[2:]
    assert told.messages[2]["parts"] == [{"type": "tool_call_response", "id": "f", "response": "sunny"}]
    assert told.tools == [{"type": "function", "name": "f"}]


def test_prompts_and_texts_to_embed_are_read():
    told = reader.given(b'{"system":"Be brief.","prompt":"Hi"}')
    assert told.system == [{"type": "text", "content": "Be brief."}]
    assert told.messages[0]["parts"] == [{"type": "text", "content": "Hi"}]
    assert len(reader.given(b'{"input":["a","b"]}').messages[0]["parts"]) == 2


@pytest.mark.parametrize("body", [b"", b"{", b'{"messages":7,"message":7,"images":7,"tools":[7],"response":7}'])
def test_a_broken_body_says_nothing(body):
    told = reader.given(body)
    assert (told.system, told.messages, told.tools) == ([], [], [])
    assert reader.answered(body) == reader.streamed([body], body) == []
