import json

from spanwise.content import gemini_interactions as reader

STEPS = [
    {"type": "thought", "summary": [{"type": "text", "text": "Hm."}], "signature": "x"},
    {"type": "model_output", "content": [{"type": "text", "text": "Ab"}]},
    {"type": "function_call", "id": "c1", "name": "f", "arguments": {"x": 1}},
]
PARTS = [
    {"type": "reasoning", "content": "Hm."},
    {"type": "text", "content": "Ab"},
    {"type": "tool_call", "id": "c1", "name": "f", "arguments": {"x": 1}},
]


def given(**body):
    return reader.given(json.dumps(body).encode())


def event(**members) -> bytes:
    return json.dumps(members).encode()


def test_instruction_stands_apart_and_a_bare_input_is_the_user_s():
    told = given(system_instruction="Be brief.", input="Hi", tools=[{"type": "google_search"}])
    assert told.system == [{"type": "text", "content": "Be brief."}]
    assert told.messages == [{"role": "user", "parts": [{"type": "text", "content": "Hi"}]}]
    assert told.tools == [{"type": "google_search"}]


def test_steps_are_messages_of_whoever_made_them():
    result = {"type": "function_result", "call_id": "c1", "name": "f", "result": "sunny"}
    found = {"type": "google_search_result", "call_id": "s1", "result": []}
    told = given(input=[{"type": "user_input", "content": [{"type": "text", "text": "Hi"}]}, *STEPS, result, found])
    assert [message["role"] for message in told.messages] == ["user", *["assistant"] * 3, "tool", "assistant"]
    assert told.messages[4]["parts"] == [{"type": "tool_call_response", "id": "c1", "response": "sunny"}]


def test_contents_alone_are_the_user_s_and_their_bytes_are_never_told():
    told = given(input=[{"type": "text", "text": "Hi"}, {"type": "image", "data": "AAAA", "mime_type": "image/png"}])
    assert [message["role"] for message in told.messages] == ["user", "user"]
    assert "AAAA" not in str(told.messages)


def test_steps_of_an_answer_are_one_message():
    assert reader.answered(event(status="completed", steps=STEPS)) == [{"role": "assistant", "parts": PARTS}]
    assert reader.answered(b"{") == []


def test_stream_is_put_together_step_by_step():
    pieces = [
        event(event_type="step.delta", index=0, delta={"type": "thought_summary", "content": {"text": "Hm."}}),
        event(event_type="step.delta", index=1, delta={"type": "text", "text": "A"}),
        event(event_type="step.delta", index=1, delta={"type": "text", "text": "b"}),
        event(event_type="step.start", index=2, step={**STEPS[2], "arguments": {}}),
        event(event_type="step.delta", index=2, delta={"type": "arguments_delta", "arguments": '{"x":1}'}),
        b"{",
    ]
    (message,) = reader.streamed(pieces, b"")
    assert message["parts"] == PARTS
