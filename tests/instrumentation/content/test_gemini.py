import json

import pytest

from spanwise.content import gemini as reader


@pytest.mark.parametrize(
    ("part", "told"),
    [
        ({"text": "a"}, {"type": "text", "content": "a"}),
        ({"text": "Hm.", "thought": True}, {"type": "reasoning", "content": "Hm."}),
        (
            {"inlineData": {"mimeType": "image/png", "data": "YWJj"}},
            {"type": "blob", "modality": "image", "content": "", "mime_type": "image/png", "size_bytes": 3},
        ),
        (
            {"inline_data": {"mime_type": "audio/wav", "data": "YWJj"}},
            {"type": "blob", "modality": "audio", "content": "", "mime_type": "audio/wav", "size_bytes": 3},
        ),
        (
            {"fileData": {"mimeType": "video/mp4", "fileUri": "gs://a/b"}},
            {"type": "uri", "modality": "video", "uri": "gs://a/b", "mime_type": "video/mp4"},
        ),
        (
            {"functionCall": {"id": "c1", "name": "f", "args": {"x": 1}}, "thoughtSignature": "s"},
            {"type": "tool_call", "id": "c1", "name": "f", "arguments": {"x": 1}},
        ),
        (
            {"functionResponse": {"name": "f", "response": {"result": "sunny"}}},
            {"type": "tool_call_response", "id": "f", "response": {"result": "sunny"}},
        ),
        (
            {"executableCode": {"language": "PYTHON", "code": "1"}},
            {
                "type": "server_tool_call",
                "id": None,
                "name": "code_execution",
                "server_tool_call": {"type": "code_execution", "language": "PYTHON", "code": "1"},
            },
        ),
        ({"hologram": {"depth": 3}}, {"hologram": {"depth": 3}, "type": "hologram"}),
    ],
)
def test_each_part_is_told_in_the_words_of_the_conventions(part, told):
    assert reader.part_of(part) == [told]


def test_system_instruction_contents_and_tools_are_read_in_both_spellings():
    for system, declarations in (
        ("systemInstruction", "functionDeclarations"),
        ("system_instruction", "function_declarations"),
    ):
        body = {
            system: {"parts": [{"text": "Be brief."}]},
            "contents": [{"role": "user", "parts": [{"text": "Hi"}]}, {"role": "model", "parts": [{"text": "Ho"}]}],
            "tools": [{declarations: [{"name": "f", "parameters": {"type": "OBJECT"}}]}, {"googleSearch": {}}],
        }
        told = reader.given(json.dumps(body).encode())
        assert told.system == [{"type": "text", "content": "Be brief."}]
        assert [message["role"] for message in told.messages] == ["user", "assistant"]
        assert told.tools == [
            {"type": "function", "name": "f", "parameters": {"type": "OBJECT"}},
            {"type": "googleSearch", "name": "googleSearch"},
        ]


def test_a_single_content_and_part_need_no_list():
    told = reader.given(b'{"contents":{"parts":{"text":"Hi"}}}')
    assert told.messages == [{"role": "user", "parts": [{"type": "text", "content": "Hi"}]}]


def response(*parts, index=0) -> dict:
    return {"candidates": [{"index": index, "content": {"role": "model", "parts": list(parts)}}]}


def test_a_stream_is_put_together_also_where_it_was_read_as_the_array_that_it_is():
    told = [
        response({"text": "Hm.", "thought": True}),
        response({"text": "A"}),
        response({"text": "b"}, {"functionCall": {"name": "f", "args": {}}}),
        response({"text": "other"}, index=1),
    ]
    messages = [
        {
            "role": "assistant",
            "parts": [
                {"type": "reasoning", "content": "Hm."},
                {"type": "text", "content": "Ab"},
                {"type": "tool_call", "id": None, "name": "f", "arguments": {}},
            ],
        },
        {"role": "assistant", "parts": [{"type": "text", "content": "other"}]},
    ]
    assert reader.streamed([json.dumps(each).encode() for each in told], b"") == messages
    assert reader.answered(json.dumps(told).encode()) == messages


def test_each_candidate_is_a_message():
    body = {"candidates": [{"content": {"parts": [{"text": text}]}} for text in "ab"]}
    assert [each["parts"][0]["content"] for each in reader.answered(json.dumps(body).encode())] == ["a", "b"]


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b'{"contents":7,"candidates":{},"tools":[7]}', b'{"contents":[]}'])
def test_a_broken_body_says_nothing(body):
    told = reader.given(body)
    assert (told.system, told.messages, told.tools) == ([], [], [])
    assert reader.answered(body) == reader.streamed([body], body) == []
