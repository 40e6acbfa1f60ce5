import json

import pytest

from spanwise.apis.api import Answer, Asked, ToolCall, ToolResult
from spanwise.apis.gemini_interactions import GeminiInteractions
from tests.support.protocols import gemini_interactions as protocol
from tests.support.protocols.shape import Call, Say

API = GeminiInteractions()
PATH = "/v1beta/interactions"
TOOL = Say(tool=("call_1", "weather", '{"city":"Wien"}'))


def asked(**members) -> Asked:
    return API.read_request(PATH, json.dumps(members).encode())


def folded(interaction: dict) -> Answer:
    answer = Answer()
    assert API.fold_body(json.dumps(interaction).encode(), answer)
    return answer


def played(say: Say, *, stream: bool, said: list[str] | None = None) -> Answer:
    body = json.dumps({"model": "gemini-2.5-flash", "stream": stream}).encode()
    reply = protocol.answer(Call(PATH, "", {}, body), say)
    answer = Answer(said=said)
    for part in reply.parts:
        if stream:
            assert API.fold_event(part.partition(b"data: ")[2].strip(), answer) is False
        else:
            assert API.fold_body(part, answer)
    return answer


@pytest.mark.parametrize(
    ("path", "owned"),
    [
        (PATH, True),
        ("/v1/interactions", True),
        ("/v1beta/interactions/int_1", False),
        ("/v1beta/interactions/int_1/cancel", False),
    ],
)
def test_creating_an_interaction_is_a_call_and_nothing_else(path, owned):
    assert API.recognises(path) is owned


def test_request_tells_model_parameters_and_what_it_continues():
    config = {"max_output_tokens": 9, "temperature": 0.5, "top_p": 0.9, "seed": 7, "thinking_level": "low"}
    told = asked(model="m", stream=True, generation_config=config, previous_interaction_id="int_0", input="q")
    assert told == Asked(
        "m",
        stream=True,
        max_tokens=9,
        temperature=0.5,
        top_p=0.9,
        seed=7,
        reasoning_level="low",
        previous_response="int_0",
    )


def test_agent_has_no_model():
    assert asked(agent="deep-research", input="q", background=True) == Asked()


def test_results_that_came_since_the_model_spoke_are_told():
    result = {"type": "function_result", "call_id": "c2", "name": "f", "result": "12345"}
    steps = [
        {**result, "call_id": "c1"},
        {"type": "model_output", "content": []},
        result,
        {"type": "user_input", "content": []},
        {**result, "call_id": "c3", "result": {"a": 1}},
    ]
    assert asked(input=steps).tool_results == (ToolResult("c2", 5), ToolResult("c3", 7))


@pytest.mark.parametrize("stream", [False, True])
def test_answer_tells_usage_with_cache_in_the_input_and_thoughts_in_the_output(stream):
    answer = played(Say(), stream=stream, said=[])
    assert (answer.input_tokens, answer.output_tokens) == (18, 9)
    assert (answer.cache_read_tokens, answer.reasoning_tokens) == (4, 2)
    assert (answer.response_id, answer.model, answer.finish_reasons) == (protocol.ID, protocol.MODEL, {0: "stop"})
    assert (answer.finished, answer.status, answer.error_type) == (True, None, None)
    assert "".join(answer.said or ()) == "".join(Say().words)
    assert answer.output_bytes == len("".join(Say().words))


@pytest.mark.parametrize("stream", [False, True])
def test_tool_that_the_caller_runs_is_told(stream):
    answer = played(TOOL, stream=stream)
    assert answer.tool_calls == {0: ToolCall("call_1", "weather")}
    assert answer.finish_reasons == {0: "tool_calls"}
    assert answer.output_bytes == len('{"city":"Wien"}')


def test_prompt_of_tools_is_input_too():
    usage = {
        "total_input_tokens": 10,
        "total_tool_use_tokens": 5,
        "total_output_tokens": 3,
        "total_thought_tokens": 2,
        "total_tokens": 20,
    }
    answer = folded({"id": "i", "status": "completed", "usage": usage})
    assert (answer.input_tokens, answer.output_tokens, answer.reasoning_tokens) == (15, 5, 2)


@pytest.mark.parametrize("status", ["queued", "in_progress"])
def test_interaction_in_the_background_has_used_nothing_yet(status):
    answer = folded({"id": "i", "status": status})
    assert (answer.status, answer.finish_reasons, answer.input_tokens) == (status, {}, None)


@pytest.mark.parametrize(
    ("status", "reason"),
    [("cancelled", "cancelled"), ("incomplete", "incomplete"), ("budget_exceeded", "budget_exceeded")],
)
def test_end_that_is_no_success_is_told_as_it_is(status, reason):
    answer = folded({"id": "i", "status": status})
    assert (answer.status, answer.finish_reasons) == (status, {0: reason})


def test_failure_is_an_error_by_the_name_it_has():
    assert folded({"id": "i", "status": "failed"}).error_type == "failed"
    assert folded({"id": "i", "status": "failed", "errors": [{"code": 13}]}).error_type == "13"


def test_error_in_a_stream_and_instead_of_an_answer_is_named():
    answer = Answer()
    API.fold_event(b'{"event_type":"error","error":{"code":"internal","message":"no"}}', answer)
    assert answer.error_type == "internal"
    answer = Answer()
    assert not API.fold_body(b'{"error":{"code":500,"status":"INTERNAL"}}', answer)
    assert answer.error_type == "INTERNAL"


def test_usage_so_far_is_taken_from_any_event():
    answer = Answer()
    event = {
        "event_type": "step.delta",
        "delta": {"type": "text", "text": "a"},
        "metadata": {"total_usage": {"total_input_tokens": 7}},
    }
    API.fold_event(json.dumps(event).encode(), answer)
    assert (answer.input_tokens, answer.output_tokens) == (7, None)


def test_input_is_measured_without_what_is_no_text():
    steps = [{"type": "user_input", "content": [{"type": "text", "text": "abc"}, {"type": "image", "data": "A" * 99}]}]
    body = {"system_instruction": "de", "input": steps, "tools": []}
    assert API.input_bytes(json.dumps(body).encode()) == 3 + 2 + 2
    assert API.input_bytes(b'{"input":"abc"}') == 3


@pytest.mark.parametrize("data", [b"", b"{", b"[]", b'{"status":7}', b'"\xff"', b"[" * 9999])
def test_what_cannot_be_read_says_nothing(data):
    answer = Answer()
    assert API.fold_body(data, answer) is False
    assert API.fold_event(data, answer) is False
    assert answer == Answer()
    assert API.read_request(PATH, data) == Asked()
    assert API.input_bytes(data) == 0
