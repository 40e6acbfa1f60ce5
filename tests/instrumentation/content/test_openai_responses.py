import json

import pytest

from spanwise.content import openai_responses as reader

OUTPUT = [
    {"type": "reasoning", "id": "r1", "summary": [{"type": "summary_text", "text": "Hm."}], "encrypted_content": "x"},
    {"type": "message", "role": "assistant", "content": [{"type": "output_text", "text": "Ab"}]},
    {"type": "function_call", "id": "fc1", "call_id": "c1", "name": "f", "arguments": '{"x":1}'},
    {"type": "web_search_call", "id": "ws1", "status": "completed", "action": {"query": "q"}},
]
PARTS = [
    {"type": "reasoning", "content": "Hm."},
    {"type": "text", "content": "Ab"},
    {"type": "tool_call", "id": "c1", "name": "f", "arguments": {"x": 1}},
    {
        "type": "server_tool_call",
        "id": "ws1",
        "name": "web_search",
        "server_tool_call": {"type": "web_search", "status": "completed", "action": {"query": "q"}},
    },
]


def given(**body):
    return reader.given(json.dumps(body).encode())


def event(kind, **more) -> bytes:
    return json.dumps({"type": kind, **more}).encode()


def test_instructions_stand_apart_and_a_bare_input_is_the_user_s():
    told = given(instructions="Be brief.", input="Hi")
    assert told.system == [{"type": "text", "content": "Be brief."}]
    assert told.messages == [{"role": "user", "parts": [{"type": "text", "content": "Hi"}]}]


def test_items_of_the_input_are_messages_of_whoever_said_them():
    told = given(
        input=[
            {"role": "user", "content": [{"type": "input_text", "text": "Hi"}]},
            *OUTPUT,
            {"type": "function_call_output", "call_id": "c1", "output": "sunny"},
            {"type": "reasoning", "id": "r2", "summary": [], "encrypted_content": "x"},
        ]
    )
    assert [message["role"] for message in told.messages] == ["user", *["assistant"] * 4, "tool"]
    assert told.messages[-1]["parts"] == [{"type": "tool_call_response", "id": "c1", "response": "sunny"}]


def test_the_items_of_an_output_are_one_message():
    body = json.dumps({"object": "response", "output": OUTPUT}).encode()
    assert reader.answered(body) == [{"role": "assistant", "parts": PARTS}]


def test_a_stream_is_told_by_the_whole_response_at_its_end():
    pieces = [
        event("response.output_text.delta", output_index=1, delta="A"),
        event("response.completed", response={"output": OUTPUT}),
    ]
    assert reader.streamed(pieces, b"") == [{"role": "assistant", "parts": PARTS}]


def test_a_stream_that_broke_off_is_told_by_what_there_is():
    pieces = [
        event("response.output_item.added", output_index=0, item={"type": "reasoning"}),
        event("response.reasoning_summary_text.delta", output_index=0, delta="H"),
        event("response.output_item.done", output_index=0, item=OUTPUT[0]),
        event("response.output_item.added", output_index=1, item=OUTPUT[2] | {"arguments": ""}),
        event("response.function_call_arguments.delta", output_index=1, delta='{"x"'),
        event("response.function_call_arguments.delta", output_index=1, delta=":1}"),
        event("response.output_text.delta", output_index=2, delta="Ab"),
    ]
    assert reader.streamed(pieces, b"")[0]["parts"] == [PARTS[0], PARTS[2], PARTS[1]]


def test_a_picture_is_told_by_its_size():
    body = {"output": [{"type": "image_generation_call", "id": "ig1", "result": "YWJj", "output_format": "png"}]}
    call, picture = reader.answered(json.dumps(body).encode())[0]["parts"]
    assert call["name"] == "image_generation"
    assert picture == {"type": "blob", "modality": "image", "content": "", "mime_type": "image/png", "size_bytes": 3}


@pytest.mark.parametrize(
    ("kind", "name"), [("computer_call", "computer"), ("local_shell_call", "local_shell"), ("shell_call", "shell")]
)
def test_what_the_caller_runs_is_named_where_the_item_has_no_name(kind, name):
    body = {"output": [{"type": kind, "call_id": "c1", "action": {"type": "click"}}]}
    assert reader.answered(json.dumps(body).encode())[0]["parts"] == [
        {"type": "tool_call", "id": "c1", "name": name, "arguments": {"type": "click"}}
    ]


@pytest.mark.parametrize("body", [b"", b"{", b'{"input":7,"output":{},"instructions":{}}', b'{"input":[7,null]}'])
def test_a_broken_body_says_nothing(body):
    told = reader.given(body)
    assert (told.system, told.messages, told.tools) == ([], [], [])
    assert reader.answered(body) == reader.streamed([body], body) == []
