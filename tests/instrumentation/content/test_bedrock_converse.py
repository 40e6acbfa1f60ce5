import json

import pytest

from spanwise.content import bedrock_converse as reader


@pytest.mark.parametrize(
    ("block", "parts"),
    [
        ({"text": "a"}, [{"type": "text", "content": "a"}]),
        (
            {"reasoningContent": {"reasoningText": {"text": "Hm.", "signature": "s"}}},
            [{"type": "reasoning", "content": "Hm."}],
        ),
        ({"cachePoint": {"type": "default"}}, []),
        (
            {"image": {"format": "png", "source": {"bytes": "YWJj"}}},
            [{"type": "blob", "modality": "image", "content": "", "mime_type": "image/png", "size_bytes": 3}],
        ),
        (
            {"document": {"format": "pdf", "name": "n", "source": {"s3Location": {"uri": "s3://a/b"}}}},
            [{"type": "uri", "modality": "document", "uri": "s3://a/b", "mime_type": "application/pdf"}],
        ),
        (
            {"toolUse": {"toolUseId": "t1", "name": "f", "input": {"x": 1}}},
            [{"type": "tool_call", "id": "t1", "name": "f", "arguments": {"x": 1}}],
        ),
        (
            {"toolResult": {"toolUseId": "t1", "content": [{"json": {"w": 1}}], "status": "error"}},
            [{"type": "tool_call_response", "id": "t1", "response": {"w": 1}, "is_error": True}],
        ),
        (
            {"toolResult": {"toolUseId": "t1", "content": [{"text": "a"}, {"text": "b"}]}},
            [
                {
                    "type": "tool_call_response",
                    "id": "t1",
                    "response": [{"type": "text", "content": "a"}, {"type": "text", "content": "b"}],
                }
            ],
        ),
        ({"guardContent": {"text": {"text": "g"}}}, [{"type": "guardContent", "text": {"text": "g"}}]),
    ],
)
def test_each_block_is_told_in_the_words_of_the_conventions(block, parts):
    assert reader.block_of(block) == parts


def test_system_messages_and_tools_are_read():
    spec = {"name": "f", "description": "d", "inputSchema": {"json": {"type": "object"}}}
    body = {
        "system": [{"text": "Be brief."}],
        "messages": [{"role": "user", "content": [{"text": "Hi"}]}],
        "toolConfig": {"tools": [{"toolSpec": spec}, {"cachePoint": {"type": "default"}}, {"systemTool": {"a": 1}}]},
    }
    told = reader.given(json.dumps(body).encode())
    assert told.system == [{"type": "text", "content": "Be brief."}]
    assert told.messages == [{"role": "user", "parts": [{"type": "text", "content": "Hi"}]}]
    assert told.tools == [
        {"type": "function", "name": "f", "description": "d", "parameters": {"type": "object"}},
        {"type": "systemTool", "name": "systemTool", "a": 1},
    ]


def test_the_deltas_of_a_stream_are_put_together():
    def delta(index, **told):
        return json.dumps({"contentBlockDelta": {"contentBlockIndex": index, "delta": told}}).encode()

    start = {"contentBlockStart": {"contentBlockIndex": 2, "start": {"toolUse": {"toolUseId": "t1", "name": "f"}}}}
    pieces = [
        delta(0, reasoningContent={"text": "Hm."}),
        delta(1, text="A"),
        delta(1, text="b"),
        json.dumps(start).encode(),
        delta(2, toolUse={"input": '{"x"'}),
        delta(2, toolUse={"input": ":1}"}),
        b"oops",
    ]
    assert reader.streamed(pieces, b"")[0]["parts"] == [
        {"type": "reasoning", "content": "Hm."},
        {"type": "text", "content": "Ab"},
        {"type": "tool_call", "id": "t1", "name": "f", "arguments": {"x": 1}},
    ]


@pytest.mark.parametrize("body", [b"", b"{", b'{"system":7,"messages":7,"output":7,"toolConfig":7}'])
def test_a_broken_body_says_nothing(body):
    told = reader.given(body)
    assert (told.system, told.messages, told.tools) == ([], [], [])
    assert reader.answered(body) == reader.streamed([body], body) == []
