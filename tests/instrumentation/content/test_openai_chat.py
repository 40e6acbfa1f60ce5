import json

import pytest

from spanwise.content import openai_chat


def chunk(index=0, **delta) -> bytes:
    return json.dumps({"choices": [{"index": index, "delta": delta}]}).encode()


def test_system_messages_are_part_of_the_history_as_they_were_sent():
    body = {"messages": [{"role": "system", "content": "Be brief."}, {"role": "user", "content": "Hi", "name": "Ann"}]}
    given = openai_chat.given(json.dumps(body).encode())
    assert given.system == []
    assert given.messages == [
        {"role": "system", "parts": [{"type": "text", "content": "Be brief."}]},
        {"role": "user", "parts": [{"type": "text", "content": "Hi"}], "name": "Ann"},
    ]


def test_tools_are_defined_flat_and_older_functions_too():
    body = {
        "tools": [{"type": "function", "function": {"name": "f", "parameters": {"type": "object"}}}],
        "functions": [{"name": "g", "description": "d"}],
    }
    assert openai_chat.given(json.dumps(body).encode()).tools == [
        {"type": "function", "name": "f", "parameters": {"type": "object"}},
        {"type": "function", "name": "g", "description": "d"},
    ]


def test_each_choice_is_a_message_without_its_finish_reason_which_the_span_has():
    body = {"choices": [{"message": {"role": "assistant", "content": text}, "finish_reason": "stop"} for text in "ab"]}
    assert openai_chat.answered(json.dumps(body).encode()) == [
        {"role": "assistant", "parts": [{"type": "text", "content": text}]} for text in "ab"
    ]


def test_the_deltas_of_a_stream_are_put_together():
    pieces = [
        chunk(role="assistant", content=""),
        chunk(reasoning_content="H"),
        chunk(reasoning_content="m."),
        chunk(content="A"),
        chunk(content="b"),
        chunk(1, content="other"),
        chunk(tool_calls=[{"index": 0, "id": "c1", "function": {"name": "f", "arguments": '{"x"'}}]),
        chunk(tool_calls=[{"index": 0, "function": {"arguments": ":1}"}}]),
        b'{"choices":[],"usage":{}}',
        b"[DONE]",
    ]
    assert openai_chat.streamed(pieces, b"") == [
        {
            "role": "assistant",
            "parts": [
                {"type": "reasoning", "content": "Hm."},
                {"type": "text", "content": "Ab"},
                {"type": "tool_call", "id": "c1", "name": "f", "arguments": {"x": 1}},
            ],
        },
        {"role": "assistant", "parts": [{"type": "text", "content": "other"}]},
    ]


def test_a_piece_that_cannot_be_read_costs_no_other():
    pieces = [chunk(content="A"), b"{", b'{"choices":[{"index":null}]}', b"oops", chunk(content="b")]
    assert openai_chat.streamed(pieces, b"")[0]["parts"] == [{"type": "text", "content": "Ab"}]


def test_the_parts_that_mistral_streams_are_joined():
    thinking = [{"type": "thinking", "thinking": [{"type": "text", "text": "Hm."}]}]
    pieces = [chunk(content=thinking), chunk(content=thinking), chunk(content=[{"type": "text", "text": "A"}])]
    assert openai_chat.streamed(pieces, b"")[0]["parts"] == [
        {"type": "reasoning", "content": "Hm.Hm."},
        {"type": "text", "content": "A"},
    ]


def test_what_is_filled_in_between_is_told():
    parts = openai_chat.given(b'{"prompt":"def f(","suffix":"return 1"}').messages[0]["parts"]
    assert [part["content"] for part in parts] == ["def f(", "return 1"]


@pytest.mark.parametrize("body", [b"", b"{", b"null", b'{"messages":7,"choices":{},"tools":[7]}', b"\xff\xfe"])
def test_a_broken_body_says_nothing(body):
    given = openai_chat.given(body)
    assert (given.messages, given.tools) == ([], [])
    assert openai_chat.answered(body) == openai_chat.streamed([body], body) == []
