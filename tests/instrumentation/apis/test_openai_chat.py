import json

import pytest

from spanwise.apis.api import Answer, Asked, ToolCall, ToolResult
from spanwise.apis.openai_chat import OpenAIChat

API = OpenAIChat()


def folded(*chunks: dict) -> Answer:
    answer = Answer()
    for chunk in chunks:
        API.fold_event(json.dumps(chunk).encode(), answer)
    return answer


@pytest.mark.parametrize(
    ("body", "asked"),
    [
        (b'{"model":"m","stream":true}', Asked("m", stream=True)),
        (b'{"model":"m","stream":null}', Asked("m")),
        (b'{"model":7}', Asked()),
        (b'{"model":"m","stream":true,"temperature":"hot"}', Asked("m", stream=True)),
        (b"not json", Asked()),
        (b"", Asked()),
    ],
)
def test_request_that_cannot_be_read_gives_an_empty_record(body, asked):
    assert API.read_request("/v1/chat/completions", body) == asked


def test_usage_is_asked_for_unless_the_caller_has_decided():
    changed = json.loads(API.ask_for_usage(b'{"model":"m","stream":true}'))
    assert changed == {"model": "m", "stream": True, "stream_options": {"include_usage": True}}
    assert API.ask_for_usage(b'{"stream_options":{"include_usage":false}}') is None


def test_error_in_place_of_an_answer_is_told():
    answer = Answer()
    assert API.fold_body(b'{"error":{"message":"Provider returned error","code":502}}', answer) is False
    assert answer.error_type == "502"


@pytest.mark.parametrize(
    "body", [b"", b"<html>", b"[]", b'{"id":"x"}', b'{"choices":[', b'{"choices":7}', b'{"error":null}', b"\xff"]
)
def test_what_is_no_completion_is_refused(body):
    answer = Answer()
    assert API.fold_body(body, answer) is False
    assert answer == Answer()
    assert API.fold_event(body, answer) is False


def test_results_that_came_since_the_model_spoke_are_told_though_people_spoke_after():
    messages = [
        {"role": "tool", "tool_call_id": "old", "content": "1"},
        {"role": "assistant", "content": "so"},
        {"role": "tool", "tool_call_id": "a", "content": "42"},
        {"role": "tool", "tool_call_id": "b"},
        {"role": "user", "content": "And hurry"},
    ]
    asked = API.read_request("/v1/chat/completions", json.dumps({"model": "m", "messages": messages}).encode())
    assert asked.tool_results == (ToolResult("a", 2), ToolResult("b", 0))


@pytest.mark.parametrize(
    ("usage", "read"),
    [
        ({"prompt_tokens_details": {"cached_tokens": 3}}, 3),
        ({"prompt_cache_hit_tokens": 4, "prompt_cache_miss_tokens": 5}, 4),
        ({"cached_tokens": 5}, 5),
        ({"prompt_tokens_details": None}, None),
        ({}, None),
    ],
)
def test_cached_tokens_of_each_provider_are_read(usage, read):
    answer = Answer()
    body = {"choices": [], "usage": {"prompt_tokens": 9, "completion_tokens": 1, **usage}}
    assert API.fold_body(json.dumps(body).encode(), answer)
    assert (answer.input_tokens, answer.output_tokens, answer.cache_read_tokens) == (9, 1, read)


@pytest.mark.parametrize(
    "chunk",
    [
        {"choices": [], "usage": {"prompt_tokens": 9, "completion_tokens": 2}},
        {"choices": [{"delta": {}, "finish_reason": "stop", "usage": {"prompt_tokens": 9, "completion_tokens": 2}}]},
        {"choices": [], "x_groq": {"usage": {"prompt_tokens": 9, "completion_tokens": 2}}},
    ],
    ids=["openai", "moonshot", "groq"],
)
def test_usage_of_a_stream_is_read_where_each_provider_puts_it(chunk):
    answer = folded(chunk)
    assert (answer.input_tokens, answer.output_tokens) == (9, 2)


def test_only_the_event_with_usage_and_no_choices_is_ours():
    def extra(chunk) -> bool:
        return API.fold_event(json.dumps(chunk).encode(), Answer())

    usage = {"prompt_tokens": 1, "completion_tokens": 1}
    assert extra({"choices": [], "usage": usage})
    assert not extra({"choices": [{"delta": {}}], "usage": usage})
    assert not extra({"choices": [], "prompt_filter_results": []})
    assert not API.fold_event(b"[DONE]", Answer())
    assert not API.fold_event(b"{broken", Answer())


def test_text_reasoning_and_tool_arguments_are_measured_in_bytes():
    answer = folded(
        {"choices": [{"delta": {"content": "ab"}}]},
        {"choices": [{"delta": {"content": "\u591a\u7459"}}]},
        {"choices": [{"delta": {"reasoning_content": "think"}}]},
        {"choices": [{"delta": {"reasoning": "hm"}}]},
        {"choices": [{"delta": {"tool_calls": [{"index": 0, "function": {"name": "f", "arguments": '{"a":1}'}}]}}]},
    )
    assert answer.output_bytes == 2 + 6 + 5 + 2 + 7


def test_finish_reasons_stand_in_the_order_choices_finish():
    answer = folded(
        {"id": "a", "model": "m", "choices": [{"index": 1, "delta": {}, "finish_reason": "length"}]},
        {"choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}]},
    )
    assert answer.finish_reasons == {1: "length", 0: "stop"}
    assert (answer.response_id, answer.model) == ("a", "m")


def test_negative_counts_are_not_known():
    answer = folded({"choices": [], "usage": {"prompt_tokens": -1, "completion_tokens": 2}})
    assert (answer.input_tokens, answer.output_tokens) == (None, 2)


def test_input_is_the_text_of_messages_and_tools_without_images():
    image = {"type": "image_url", "image_url": {"url": "data:image/png;base64," + "A" * 1000}}
    messages = [
        {"role": "user", "content": [{"type": "text", "text": "12345"}, image]},
        {"role": "assistant", "content": None, "tool_calls": [{"function": {"name": "f", "arguments": "{}"}}]},
        {"role": "tool", "content": "42"},
    ]
    body = json.dumps({"messages": messages, "tools": [1, 2]}).encode()
    assert API.input_bytes(body) == 5 + 2 + 2 + len("[1, 2]")
    assert API.input_bytes(b"{") == 0


def test_parameters_are_told_as_they_were_asked():
    body = {"model": "m", "max_tokens": 1, "max_completion_tokens": 2, "temperature": 0, "top_p": 0.5, "n": 3}
    asked = API.read_request(
        "/v1/chat/completions", json.dumps({**body, "seed": 7, "reasoning_effort": "low"}).encode()
    )
    assert (asked.max_tokens, asked.temperature, asked.top_p, asked.choice_count) == (2, 0, 0.5, 3)
    assert (asked.seed, asked.reasoning_level) == (7, "low")


def test_deployment_in_the_path_is_the_model_where_the_body_names_none():
    path = "/openai/deployments/my-gpt/chat/completions"
    assert API.read_request(path, b'{"messages":[]}').model == "my-gpt"
    assert API.read_request(path, b"{").model == "my-gpt"
    assert API.read_request(path, b'{"model":"m"}').model == "m"


def test_only_tool_results_since_the_model_last_spoke_are_told():
    def result(call_id, content):
        return {"role": "tool", "tool_call_id": call_id, "content": content}

    turns = [result("old", "x"), {"role": "assistant", "content": None}, result("a", "12"), result("b", [])]
    turns[-1]["content"] = [{"type": "text", "text": "123"}]
    asked = API.read_request("", json.dumps({"model": "m", "messages": turns}).encode())
    assert asked.tool_results == (ToolResult("a", 2), ToolResult("b", 3))


def test_tool_calls_are_joined_from_the_pieces_of_a_stream():
    def piece(**call):
        return {"choices": [{"index": 0, "delta": {"tool_calls": [call]}}]}

    answer = folded(
        piece(index=0, id="a", function={"name": "f", "arguments": ""}),
        piece(index=0, function={"arguments": "{"}),
        piece(index=1, id="b", function={"name": "g", "arguments": "{}"}),
    )
    assert answer.tool_calls == {0: ToolCall("a", "f"), 1: ToolCall("b", "g")}


def test_tool_calls_and_service_tier_of_a_whole_answer_are_told():
    calls = [{"id": "a", "type": "function", "function": {"name": "f", "arguments": "{}"}}]
    body = {"choices": [{"message": {"tool_calls": calls}}], "usage": {"prompt_tokens": 1}, "service_tier": "flex"}
    answer = Answer()
    assert API.fold_body(json.dumps(body).encode(), answer)
    assert answer.tool_calls == {0: ToolCall("a", "f")}
    assert answer.service_tier == "flex"


@pytest.mark.parametrize(
    ("path", "owned"),
    [
        ("/v1/chat/completions", True),
        ("/v1/fim/completions", True),
        ("/v1/agents/completions", True),
        ("/api/paas/v4/chat/completions", True),
        ("/api/paas/v4/async/chat/completions", False),
    ],
)
def test_what_is_answered_as_a_chat_is_recognised(path, owned):
    assert API.recognises(path) is owned


def test_code_to_be_filled_in_is_a_text_completion():
    body = b'{"model":"codestral-latest","prompt":"def f(","suffix":"return 1"}'
    asked = API.read_request("/v1/fim/completions", body)
    assert asked == Asked("codestral-latest", operation="text_completion")
    assert API.input_bytes(body) == 6 + 8


def test_result_that_is_no_text_has_no_size():
    body = b'{"model":"m","messages":[{"role":"tool","tool_call_id":"c","content":"\xff"}]}'
    assert API.read_request("/v1/chat/completions", body).tool_results == (ToolResult("c", 0),)


@pytest.mark.parametrize(
    ("body", "waits"),
    [
        (b'{"choices":[{"message":{"content":"a"}}]}\n', True),
        (b'{"choices":[{"message":{"content":"say \\"tool_calls\\""}}]}', True),
        (b'{"choices":[{"message":{"tool_calls":[{"id":"c"}]}}]}', False),
        (b'{"choices":[{"message":{"conte', False),
        (b'{"error":{"message":"no"}}', False),
        (b"<html>", False),
        (b"", False),
    ],
)
def test_only_what_looks_like_an_answer_without_tool_calls_may_be_read_later(body, waits):
    assert API.may_wait(body) is waits
