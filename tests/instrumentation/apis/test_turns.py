import json

import pytest

from spanwise.apis import turns
from spanwise.apis.anthropic_messages import AnthropicMessages
from spanwise.apis.gemini import Gemini
from spanwise.apis.openai_chat import OpenAIChat

USER = {"role": "user", "content": "q"}
SAID = {"role": "assistant", "content": "a"}


def last_said(data: bytes) -> int | None:
    told = turns.read_turns(data)
    return told.said if told is not None else None


def answered(data: bytes, text: str, tools: list[str]) -> int | None:
    told = turns.read_turns(data)
    return told.answered(text, tools) if told is not None else None


def body(*messages) -> bytes:
    return json.dumps({"messages": messages}).encode()


def test_what_was_answered_is_what_was_said_last():
    key = answered(body(USER), "a", [])
    assert key is not None
    assert last_said(body(USER, SAID)) == key
    assert last_said(body(USER, SAID, USER, {"role": "system", "content": "b"})) == key


def test_space_around_an_answer_and_thinking_in_it_make_no_other():
    thought = [
        {"type": "thinking", "thinking": "t"},
        {"type": "reasoning", "text": "t"},
        {"type": "text", "text": " a"},
    ]
    assert last_said(body(USER, {"role": "assistant", "content": thought})) == answered(body(USER), "a\n", [])


@pytest.mark.parametrize(
    "said",
    [
        {"role": "assistant", "content": None, "tool_calls": [{"id": "1", "function": {"name": "f"}}]},
        {"role": "assistant", "content": [{"type": "tool_use", "name": "f", "input": {}}]},
        {"role": "assistant", "content": [{"toolUse": {"name": "f", "input": {}}}]},
        {"role": "model", "parts": [{"functionCall": {"name": "f"}}]},
        {"role": "model", "parts": [{"function_call": {"name": "f"}, "thought": True}]},
        {"role": "CHATBOT", "message": "", "tool_calls": [{"name": "f", "parameters": {}}]},
    ],
)
def test_tool_that_is_called_is_said_too(said):
    assert last_said(body(USER, said)) == answered(body(USER), "", ["f"])
    assert last_said(body(USER, said)) != answered(body(USER), "", ["g"])


def test_items_of_a_response_are_one_turn():
    said = [{"type": "reasoning", "id": "r"}, {"type": "message", **SAID}, {"type": "function_call", "name": "f"}]
    done = json.dumps({"input": [USER, *said, {"type": "function_call_output", "output": "1"}]}).encode()
    assert last_said(done) == answered(json.dumps({"input": [USER]}).encode(), "a", ["f"])


def test_one_turn_alone_need_not_be_in_a_list():
    alone = {"parts": [{"text": "q"}]}
    said = {"role": "model", "parts": [{"text": "a"}]}
    first, following = ({"contents": contents} for contents in (alone, [alone, said]))
    assert answered(json.dumps(first).encode(), "a", []) == last_said(json.dumps(following).encode())


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"{",
        b'{"messages":[',
        b'{"messages":7,"x":"assistant"}',
        b'{"messages":["assistant"]}',
        b'{"input":["a","assistant"]}',
        b'{"input":7,"x":"assistant"}',
        b'{"messages":[{"role":"assistant"}]}',
        b'{"messages":[{"role":"assistant","content":7,"tool_calls":{"a":1}}]}',
        b'{"contents":{"role":"model"},"x":"model"}',
        b'{"messages":[' + b"[" * 9999,
        body(USER),
        body(),
    ],
)
def test_where_the_model_said_nothing_there_is_nothing_to_go_on_from(data):
    assert last_said(data) is None


@pytest.mark.parametrize("data", [b"", b"{}", b"[]", b'{"input":7}', b'{"messages":[]}'])
def test_request_without_turns_and_answer_without_words_are_not_remembered(data):
    assert answered(data, "a", ["f"]) is None
    assert answered(body(USER), "", []) is None
    assert answered(body(USER), " \n", []) is None


@pytest.mark.parametrize("api", [OpenAIChat(), AnthropicMessages()])
def test_request_goes_on_where_the_assistant_has_a_turn_or_where_it_is_too_long_to_look(api):
    assert not turns.goes_on(api, body(USER))
    assert turns.goes_on(api, body(USER, SAID, USER))
    assert turns.goes_on(api, body({"role": "user", "content": "q" * 10_000}))


def test_request_whose_model_has_other_names_is_read():
    assert turns.goes_on(Gemini(), b'{"contents":[]}')
