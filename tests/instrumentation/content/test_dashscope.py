import json

import pytest

from spanwise.content import dashscope as reader


def said(content, **more) -> bytes:
    choice = {"message": {"role": "assistant", "content": content, **more}, "finish_reason": "null"}
    return json.dumps({"output": {"choices": [choice]}}).encode()


def text_of(messages):
    return [part["content"] for part in messages[0]["parts"]]


def test_a_stream_that_tells_all_so_far_is_told_by_its_last_event():
    assert text_of(reader.streamed([said("A"), said("Ab"), said("Abc")], b'{"parameters":{}}')) == ["Abc"]


def test_a_stream_that_tells_what_is_new_is_joined_also_where_nobody_asked_for_it():
    asked = b'{"parameters":{"incremental_output":true}}'
    assert text_of(reader.streamed([said("A"), said("A"), said("b")], asked)) == ["AAb"]
    assert text_of(reader.streamed([said("A"), said("b"), said("c")], b"{}")) == ["Abc"]


def test_reasoning_and_calls_of_a_stream_are_put_together():
    asked = b'{"parameters":{"incremental_output":true}}'
    call = [{"index": 0, "id": "c1", "function": {"name": "f", "arguments": '{"x"'}}]
    more = [{"index": 0, "function": {"arguments": ":1}"}}]
    pieces = [said("", reasoning_content="Hm."), said("", tool_calls=call), said("", tool_calls=more)]
    assert reader.streamed(pieces, asked)[0]["parts"] == [
        {"type": "reasoning", "content": "Hm."},
        {"type": "tool_call", "id": "c1", "name": "f", "arguments": {"x": 1}},
    ]


def test_bare_text_and_messages_are_read():
    assert reader.answered(b'{"output":{"text":"A"}}') == [
        {"role": "assistant", "parts": [{"type": "text", "content": "A"}]}
    ]
    assert text_of(reader.answered(said([{"text": "A"}]))) == ["A"]


def test_messages_media_and_tools_are_read():
    content = [{"text": "Hi"}, {"image": "https://a/b"}, {"video": ["https://a/1", "https://a/2"]}]
    body = {
        "input": {
            "messages": [
                {"role": "user", "content": content},
                {"role": "tool", "tool_call_id": "c1", "content": "sunny"},
            ]
        },
        "parameters": {"tools": [{"type": "function", "function": {"name": "f"}}]},
    }
    told = reader.given(json.dumps(body).encode())
    assert [part["type"] for part in told.messages[0]["parts"]] == ["text", "uri", "uri", "uri"]
    assert told.messages[1]["parts"] == [{"type": "tool_call_response", "id": "c1", "response": "sunny"}]
    assert told.tools == [{"type": "function", "name": "f"}]


@pytest.mark.parametrize(
    ("asked", "texts"),
    [({"texts": ["a", "b"]}, ["a", "b"]), ({"prompt": "a"}, ["a"]), ({"query": "q", "documents": ["a"]}, ["q", "a"])],
)
def test_what_is_embedded_ranked_or_completed_is_told(asked, texts):
    assert text_of(reader.given(json.dumps({"input": asked}).encode()).messages) == texts


@pytest.mark.parametrize("body", [b"", b"{", b'{"input":7,"output":7,"parameters":7}'])
def test_a_broken_body_says_nothing(body):
    told = reader.given(body)
    assert (told.messages, told.tools) == ([], [])
    assert reader.answered(body) == reader.streamed([body], body) == reader.streamed([], body) == []
