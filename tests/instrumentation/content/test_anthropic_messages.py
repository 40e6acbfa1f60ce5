import json

import pytest

from spanwise.content import anthropic_messages as reader


def event(kind, **more) -> bytes:
    return json.dumps({"type": kind, **more}).encode()


def test_the_system_prompt_stands_apart_as_text_or_blocks():
    for system in ("Be brief.", [{"type": "text", "text": "Be brief.", "cache_control": {"type": "ephemeral"}}]):
        told = reader.given(json.dumps({"system": system}).encode())
        assert told.system == [{"type": "text", "content": "Be brief."}]


@pytest.mark.parametrize(
    ("block", "parts"),
    [
        ({"type": "thinking", "thinking": "Hm.", "signature": "s"}, [{"type": "reasoning", "content": "Hm."}]),
        ({"type": "redacted_thinking", "data": "secret"}, []),
        (
            {"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": "YWJj"}},
            [{"type": "blob", "modality": "image", "content": "", "mime_type": "image/png", "size_bytes": 3}],
        ),
        (
            {"type": "image", "source": {"type": "url", "url": "https://a/b"}},
            [{"type": "uri", "modality": "image", "uri": "https://a/b"}],
        ),
        (
            {"type": "document", "source": {"type": "file", "file_id": "f1"}},
            [{"type": "file", "modality": "document", "file_id": "f1"}],
        ),
        (
            {"type": "document", "source": {"type": "text", "data": "words"}},
            [{"type": "text", "content": "words"}],
        ),
        (
            {"type": "tool_use", "id": "t1", "name": "f", "input": {"x": 1}},
            [{"type": "tool_call", "id": "t1", "name": "f", "arguments": {"x": 1}}],
        ),
        (
            {"type": "tool_result", "tool_use_id": "t1", "content": "sunny", "is_error": True},
            [{"type": "tool_call_response", "id": "t1", "response": "sunny", "is_error": True}],
        ),
        (
            {"type": "tool_result", "tool_use_id": "t1", "content": [{"type": "text", "text": "sunny"}]},
            [{"type": "tool_call_response", "id": "t1", "response": [{"type": "text", "content": "sunny"}]}],
        ),
        (
            {"type": "server_tool_use", "id": "s1", "name": "web_search", "input": {"query": "q"}},
            [
                {
                    "type": "server_tool_call",
                    "id": "s1",
                    "name": "web_search",
                    "server_tool_call": {"type": "web_search", "input": {"query": "q"}},
                }
            ],
        ),
        (
            {"type": "web_search_tool_result", "tool_use_id": "s1", "content": [1]},
            [
                {
                    "type": "server_tool_call_response",
                    "id": "s1",
                    "server_tool_call_response": {"content": [1], "type": "web_search_tool_result"},
                }
            ],
        ),
        ({"type": "compaction", "content": "so far"}, [{"type": "compaction", "content": "so far"}]),
        ({"type": "hologram", "depth": 3}, [{"type": "hologram", "depth": 3}]),
    ],
)
def test_each_block_is_told_in_the_words_of_the_conventions(block, parts):
    assert reader.block_of(block) == parts


def test_tools_are_functions_and_the_provider_s_own_are_kept_as_they_are():
    body = {"tools": [{"name": "f", "description": "d", "input_schema": {"type": "object"}}, {"type": "bash_20250124"}]}
    assert reader.given(json.dumps(body).encode()).tools == [
        {"type": "function", "name": "f", "description": "d", "parameters": {"type": "object"}},
        {"type": "bash_20250124"},
    ]


def test_the_deltas_of_a_stream_are_put_together():
    pieces = [
        event("message_start", message={"content": []}),
        event("content_block_start", index=0, content_block={"type": "thinking", "thinking": ""}),
        event("content_block_delta", index=0, delta={"type": "thinking_delta", "thinking": "Hm."}),
        event("content_block_delta", index=0, delta={"type": "signature_delta", "signature": "x"}),
        event("content_block_start", index=1, content_block={"type": "text", "text": ""}),
        event("content_block_delta", index=1, delta={"type": "text_delta", "text": "A"}),
        event("content_block_delta", index=1, delta={"type": "text_delta", "text": "b"}),
        event("content_block_start", index=2, content_block={"type": "tool_use", "id": "t1", "name": "f", "input": {}}),
        event("content_block_delta", index=2, delta={"type": "input_json_delta", "partial_json": '{"x"'}),
        event("content_block_delta", index=2, delta={"type": "input_json_delta", "partial_json": ":1}"}),
        event("content_block_start", index=3, content_block={"type": "web_search_tool_result", "content": []}),
        event("message_stop"),
        b"oops",
    ]
    (message,) = reader.streamed(pieces, b"")
    assert message["parts"][:3] == [
        {"type": "reasoning", "content": "Hm."},
        {"type": "text", "content": "Ab"},
        {"type": "tool_call", "id": "t1", "name": "f", "arguments": {"x": 1}},
    ]
    assert message["parts"][3]["type"] == "server_tool_call_response"


@pytest.mark.parametrize("body", [b"", b"{", b'{"system":7,"messages":[7],"content":"","tools":7}'])
def test_a_broken_body_says_nothing(body):
    told = reader.given(body)
    assert (told.system, told.tools) == ([], [])
    assert not any(message["parts"] for message in told.messages)
    assert reader.answered(body) == reader.streamed([body], body) == []
