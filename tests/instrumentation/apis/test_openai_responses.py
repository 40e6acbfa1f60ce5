import json

import pytest

from spanwise.apis.api import Answer, Asked, ToolCall, ToolResult
from spanwise.apis.openai_responses import OpenAIResponses

API = OpenAIResponses()
PATH = "/v1/responses"

USAGE = {
    "input_tokens": 81,
    "input_tokens_details": {"cached_tokens": 64, "cache_write_tokens": 16},
    "output_tokens": 35,
    "output_tokens_details": {"reasoning_tokens": 20},
    "total_tokens": 116,
}
MESSAGE = {
    "id": "msg_67ccd2be",
    "type": "message",
    "status": "completed",
    "role": "assistant",
    "content": [{"type": "output_text", "annotations": [], "text": "In a peaceful grove."}],
}
CALL = {
    "id": "fc_12345xyz",
    "type": "function_call",
    "status": "completed",
    "name": "get_weather",
    "call_id": "call_12345xyz",
    "arguments": '{"city":"Paris"}',
}
# The whole shape of a response, as documented; a test changes what it is about.
RESPONSE = {
    "id": "resp_67ccd2bed1ec8190",
    "object": "response",
    "created_at": 1741476542,
    "status": "completed",
    "error": None,
    "incomplete_details": None,
    "instructions": None,
    "max_output_tokens": None,
    "model": "gpt-4.1-2025-04-14",
    "output": [MESSAGE],
    "parallel_tool_calls": True,
    "previous_response_id": None,
    "reasoning": {"effort": None, "summary": None},
    "service_tier": "default",
    "store": True,
    "temperature": 1.0,
    "text": {"format": {"type": "text"}},
    "tool_choice": "auto",
    "tools": [],
    "top_p": 1.0,
    "truncation": "disabled",
    "usage": USAGE,
    "user": None,
    "metadata": {},
}


def asked(**members) -> Asked:
    return API.read_request(PATH, json.dumps(members).encode())


def folded(**changes) -> Answer:
    answer = Answer()
    assert API.fold_body(json.dumps({**RESPONSE, **changes}).encode(), answer)
    return answer


def streamed(*events: dict) -> Answer:
    answer = Answer()
    for event in events:
        assert API.fold_event(json.dumps(event).encode(), answer) is False
    return answer


@pytest.mark.parametrize(
    ("path", "owned"),
    [
        ("/v1/responses", True),
        ("/openai/responses", True),
        ("/openai/v1/responses", True),
        ("/v1/responses/compact", True),
        ("/v1/responses/resp_1/cancel", False),
        ("/v1/responses/input_tokens", False),
        ("/v1/responses/resp_1", False),
        ("/v1/conversations", False),
    ],
)
def test_only_what_the_model_answers_is_a_call(path, owned):
    assert API.recognises(path) is owned


def test_request_tells_what_it_asks():
    request = asked(
        model="gpt-5",
        input="Hi",
        stream=True,
        max_output_tokens=300,
        temperature=0.5,
        top_p=1,
        reasoning={"effort": "high", "summary": "auto"},
        previous_response_id="resp_0",
    )
    assert request == Asked(
        "gpt-5",
        stream=True,
        max_tokens=300,
        temperature=0.5,
        top_p=1.0,
        reasoning_level="high",
        previous_response="resp_0",
    )


@pytest.mark.parametrize("conversation", ["conv_1", {"id": "conv_1"}])
def test_conversation_of_the_api_is_told_however_it_is_named(conversation):
    assert asked(model="m", conversation=conversation).conversation == "conv_1"


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (b'{"model":"m","stream":true,"temperature":"hot"}', Asked("m", stream=True)),
        (b'{"model":"m","stream":null,"reasoning":null}', Asked("m")),
        (b'{"prompt":{"id":"pmpt_1"}}', Asked()),
        (b'{"model":7}', Asked()),
        (b'{"model":"m"', Asked()),
        (b"\xff", Asked()),
        (b"[]", Asked()),
        (b"", Asked()),
    ],
)
def test_request_with_something_odd_in_it_is_read_as_far_as_it_goes(body, expected):
    assert API.read_request(PATH, body) == expected


def test_results_that_came_since_the_model_spoke_are_told():
    request = asked(
        model="m",
        input=[
            {"role": "user", "content": "Compare"},
            CALL,
            {"type": "function_call_output", "call_id": "call_old", "output": "old"},
            {"type": "message", "role": "assistant", "content": "More"},
            CALL,
            {"type": "function_call_output", "call_id": "call_1", "output": "18 °C"},
            {
                "type": "custom_tool_call_output",
                "call_id": "call_2",
                "output": [{"type": "input_text", "text": "four"}],
            },
            {"type": "local_shell_call_output", "id": "call_3", "output": "ok"},
            {"role": "user", "content": "And hurry"},
        ],
    )
    assert request.tool_results == (ToolResult("call_1", 6), ToolResult("call_2", 4), ToolResult("call_3", 2))


def test_result_that_is_no_text_has_no_size():
    body = b'{"model":"m","input":[{"type":"function_call_output","call_id":"c","output":"\xff"}]}'
    assert API.read_request(PATH, body).tool_results == (ToolResult("c", 0),)


@pytest.mark.parametrize("given", ["the word _output", [1], [{"type": "function_call_output"}], {"type": "x_output"}])
def test_input_without_results_tells_none(given):
    assert asked(model="m", input=given).tool_results == ()


def test_response_tells_names_counts_and_tier():
    answer = folded()
    assert (answer.response_id, answer.model) == ("resp_67ccd2bed1ec8190", "gpt-4.1-2025-04-14")
    assert (answer.input_tokens, answer.output_tokens) == (81, 35)
    assert (answer.cache_read_tokens, answer.cache_write_tokens, answer.reasoning_tokens) == (64, 16, 20)
    assert (answer.service_tier, answer.status, answer.error_type) == ("default", None, None)
    assert answer.finish_reasons == {0: "stop"}
    assert answer.finished
    assert answer.tool_calls == {}


@pytest.mark.parametrize(
    ("item", "call"),
    [
        (CALL, ToolCall("call_12345xyz", "get_weather")),
        ({"type": "custom_tool_call", "call_id": "c", "name": "sql", "input": "SELECT 1"}, ToolCall("c", "sql")),
        ({"type": "local_shell_call", "call_id": "c", "action": {}}, ToolCall("c", "local_shell")),
        ({"type": "shell_call", "call_id": "c", "action": {}}, ToolCall("c", "shell")),
        ({"type": "apply_patch_call", "call_id": "c"}, ToolCall("c", "apply_patch")),
        ({"type": "computer_call", "id": "cu_1", "call_id": "c"}, ToolCall("c", "computer")),
    ],
)
def test_tool_calls_for_the_caller_are_told(item, call):
    answer = folded(output=[{"type": "reasoning", "id": "rs_1", "summary": []}, item])
    assert answer.tool_calls == {1: call}
    assert answer.finish_reasons == {0: "tool_calls"}


def test_cost_that_xai_tells_of_a_response_is_told():
    assert folded(usage={"input_tokens": 8, "output_tokens": 5, "cost_in_usd_ticks": 37_756_000}).cost_usd == 0.0037756


def test_tools_that_the_provider_runs_itself_are_no_tool_calls():
    answer = folded(output=[{"type": "web_search_call", "id": "ws_1"}, {"type": "mcp_call", "name": "roll"}, MESSAGE])
    assert answer.tool_calls == {}
    assert answer.finish_reasons == {0: "stop"}


@pytest.mark.parametrize(
    ("reason", "told"),
    [("max_output_tokens", "length"), ("content_filter", "content_filter"), (None, "incomplete")],
)
def test_incomplete_response_tells_its_reason(reason, told):
    answer = folded(status="incomplete", incomplete_details=reason and {"reason": reason})
    assert (answer.status, answer.finish_reasons) == ("incomplete", {0: told})
    assert answer.error_type is None


@pytest.mark.parametrize("status", ["queued", "in_progress"])
def test_response_in_the_background_has_used_nothing_yet(status):
    answer = folded(status=status, background=True, output=[], usage=None)
    assert (answer.status, answer.finish_reasons) == (status, {})
    assert (answer.input_tokens, answer.output_tokens, answer.output_bytes) == (None, None, 0)


def test_failed_response_is_an_error_though_its_status_is_200():
    error = {"code": "server_error", "message": "The model failed to generate a response."}
    answer = folded(status="failed", output=[], usage=None, error=error)
    assert (answer.status, answer.error_type, answer.finish_reasons) == ("failed", "server_error", {0: "error"})
    assert folded(status="failed", usage=None).error_type == "failed"


def test_compaction_is_a_call_with_its_own_usage():
    answer = Answer()
    body = {"id": "resp_1", "object": "response.compaction", "created_at": 1, "output": [MESSAGE], "usage": USAGE}
    assert API.fold_body(json.dumps(body).encode(), answer)
    assert (answer.input_tokens, answer.output_tokens, answer.finish_reasons) == (81, 35, {0: "stop"})


def test_reasoning_counted_beside_the_output_is_put_into_it():
    usage = {"input_tokens": 32, "output_tokens": 9, "output_tokens_details": {"reasoning_tokens": 94}}
    assert folded(usage={**usage, "total_tokens": 135}).output_tokens == 103
    assert folded(usage={**usage, "total_tokens": 41}).output_tokens == 9


@pytest.mark.parametrize("bad", [-1, "12", 1.5, True, None, [3]])
def test_count_that_is_none_is_not_known(bad):
    answer = folded(usage={"input_tokens": bad, "output_tokens": 3, "input_tokens_details": {"cached_tokens": bad}})
    assert (answer.input_tokens, answer.output_tokens, answer.cache_read_tokens) == (None, 3, None)


def test_text_is_measured_where_no_usage_is_reported():
    assert folded(usage=None).output_bytes == len("In a peaceful grove.")
    assert folded(usage=None, output=[CALL]).output_bytes == len(CALL["arguments"])


@pytest.mark.parametrize(
    "body", [b"", b"<html>", b'{"error":null}', b"[]", b'{"status":"comp', b'{"output":5}', b"\xff"]
)
def test_what_is_no_response_is_refused(body):
    answer = Answer()
    assert API.fold_body(body, answer) is False
    assert answer == Answer()


def test_stream_of_text_is_measured_and_closed_by_the_whole_response():
    started = {**RESPONSE, "status": "in_progress", "output": [], "usage": None, "service_tier": "auto"}
    at = {"item_id": "msg_67ccd2be", "output_index": 0, "content_index": 0}
    answer = streamed(
        {"type": "response.created", "response": started},
        {"type": "response.in_progress", "response": started},
        {"type": "response.output_item.added", "output_index": 0, "item": {**MESSAGE, "content": []}},
        {"type": "response.content_part.added", **at, "part": {"type": "output_text", "text": "", "annotations": []}},
    )
    assert (answer.response_id, answer.finished, answer.output_bytes) == (RESPONSE["id"], False, 0)
    for event in (
        {"type": "response.output_text.delta", **at, "delta": "In a ", "obfuscation": "x9Kd3"},
        {"type": "response.output_text.delta", **at, "delta": "peaceful grove."},
        {"type": "response.output_text.done", **at, "text": "In a peaceful grove."},
    ):
        API.fold_event(json.dumps(event).encode(), answer)
    assert (answer.output_bytes, answer.finished, answer.finish_reasons) == (20, False, {})
    API.fold_event(json.dumps({"type": "response.completed", "response": RESPONSE}).encode(), answer)
    assert (answer.input_tokens, answer.output_tokens, answer.service_tier) == (81, 35, "default")
    assert (answer.finished, answer.finish_reasons) == (True, {0: "stop"})


@pytest.mark.parametrize(
    "kind",
    [
        "response.refusal.delta",
        "response.reasoning_text.delta",
        "response.reasoning_summary_text.delta",
        "response.function_call_arguments.delta",
        "response.custom_tool_call_input.delta",
        "response.code_interpreter_call_code.delta",
    ],
)
def test_everything_that_the_model_says_is_output(kind):
    assert streamed({"type": kind, "delta": "Grüße"}).output_bytes == 7


def test_sound_and_images_are_not_measured():
    answer = streamed(
        {"type": "response.audio.delta", "delta": "UklGRg=="},
        {"type": "response.image_generation_call.partial_image", "partial_image_b64": "iVBORw0"},
    )
    assert answer.output_bytes == 0


def test_streamed_tool_call_is_told_once():
    answer = streamed(
        {"type": "response.output_item.added", "output_index": 1, "item": {**CALL, "arguments": ""}},
        {"type": "response.function_call_arguments.delta", "output_index": 1, "delta": '{"city":'},
        {"type": "response.output_item.done", "output_index": 1, "item": CALL},
        {
            "type": "response.completed",
            "response": {**RESPONSE, "output": [{"type": "reasoning", "id": "rs_1"}, CALL]},
        },
    )
    assert answer.tool_calls == {1: ToolCall("call_12345xyz", "get_weather")}
    assert answer.finish_reasons == {0: "tool_calls"}


@pytest.mark.parametrize(
    ("event", "told"),
    [
        (
            {"type": "error", "code": "rate_limit_exceeded", "message": "slow down", "param": None},
            "rate_limit_exceeded",
        ),
        ({"type": "error", "error": {"type": "server_error", "message": "no"}}, "server_error"),
        ({"type": "error", "code": None, "message": "no"}, "stream_error"),
        (
            {
                "type": "response.failed",
                "response": {**RESPONSE, "status": "failed", "error": {"code": "server_error"}},
            },
            "server_error",
        ),
    ],
)
def test_error_in_mid_stream_is_told_in_the_providers_words(event, told):
    assert streamed(event).error_type == told


def test_incomplete_stream_ends_with_its_usage():
    changes = {"status": "incomplete", "incomplete_details": {"reason": "max_output_tokens"}}
    answer = streamed({"type": "response.incomplete", "response": {**RESPONSE, **changes}})
    assert (answer.finished, answer.finish_reasons, answer.output_tokens) == (True, {0: "length"}, 35)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"{",
        b"[]",
        b"\xff",
        b'{"type":7}',
        b'{"type":"error","code":{}}',
        b'{"type":"response.completed"}',
        b'{"type":"response.completed","response":null}',
        b'{"type":"response.output_item.done","item":[]}',
        b'{"type":"response.output_text.delta","delta":{"a":1}}',
        b'{"type":"response.of_tomorrow","delta":"x"}',
    ],
)
def test_broken_or_unknown_event_changes_nothing(data):
    answer = Answer()
    assert API.fold_event(data, answer) is False
    answer.error_type = None
    assert answer == Answer()


def test_closing_mark_of_other_servers_ends_the_stream():
    answer = Answer()
    assert API.fold_event(b"[DONE]", answer) is False
    assert answer.finished


def test_input_is_measured_with_instructions_tools_and_results():
    body = {
        "instructions": "Be kind",
        "input": [
            {"role": "user", "content": [{"type": "input_text", "text": "Hello"}, {"type": "input_image"}]},
            {"type": "function_call", "name": "f", "arguments": "{}"},
            {"type": "function_call_output", "call_id": "call_1", "output": "42"},
            {"type": "reasoning", "encrypted_content": "gAAAA", "summary": [{"type": "summary_text", "text": "hm"}]},
        ],
        "tools": [1, 2],
    }
    assert API.input_bytes(json.dumps(body).encode()) == 7 + 5 + 2 + 2 + 2 + len("[1, 2]")
    assert API.input_bytes(b'{"input":"Hello"}') == 5
    assert API.input_bytes(b"{") == 0


def test_usage_need_not_be_asked_for():
    assert API.ask_for_usage(b'{"stream":true}') is None


def test_error_in_place_of_an_answer_is_told():
    answer = Answer()
    assert API.fold_body(b'{"error":{"message":"no","code":502}}', answer) is False
    assert answer.error_type == "502"


@pytest.mark.parametrize(
    ("body", "waits"),
    [
        (b'{"status":"completed","output":[{"type":"message"}],"tools":[{"type":"function"}]}', True),
        (b'{"status":"completed","output":[{"type":"function_call"}]}', False),
        (b'{"status":"queued","output":[]}', False),
        (b'{"status":"in_progress","output":[]}', False),
        (b'{"status":"completed","output":[', False),
        (b'{"error":{}}', False),
    ],
)
def test_only_what_looks_like_an_answer_that_has_ended_without_tool_calls_may_be_read_later(body, waits):
    assert API.may_wait(body) is waits
