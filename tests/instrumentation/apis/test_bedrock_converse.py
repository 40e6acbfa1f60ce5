import json

import pytest

from spanwise.apis.api import Answer, Asked, ToolCall, ToolResult
from spanwise.apis.bedrock_converse import BedrockConverse

API = BedrockConverse()
MODEL = "anthropic.claude-3-5-sonnet-20240620-v1:0"
USAGE = {"inputTokens": 20, "outputTokens": 9, "totalTokens": 29}
PLAIN = {
    "metrics": {"latencyMs": 551},
    "output": {"message": {"content": [{"text": "The Danube"}], "role": "assistant"}},
    "stopReason": "end_turn",
    "usage": USAGE,
}


def body(value: object) -> bytes:
    return json.dumps(value).encode()


def plain(**changes: object) -> Answer:
    answer = Answer()
    assert API.fold_body(body({**PLAIN, **changes}), answer)
    return answer


def streamed(*events: dict) -> Answer:
    answer = Answer()
    for event in events:
        assert API.fold_event(body(event), answer) is False
    return answer


@pytest.mark.parametrize(
    ("path", "model", "stream"),
    [
        (f"/model/{MODEL}/converse", MODEL, False),
        ("/model/anthropic.claude-3-5-sonnet-20240620-v1%3A0/converse-stream", MODEL, True),
        ("/model/us.amazon.nova-lite-v1%3A0/converse", "us.amazon.nova-lite-v1:0", False),
        (
            "/model/arn%3Aaws%3Abedrock%3Aus-east-1%3A123456789012%3Ainference-profile%2Fus.meta.llama3-3/converse",
            "arn:aws:bedrock:us-east-1:123456789012:inference-profile/us.meta.llama3-3",
            False,
        ),
        (
            "/gateway/model/arn:aws:bedrock:us-east-1:1:application-inference-profile/a1b2/converse-stream",
            "arn:aws:bedrock:us-east-1:1:application-inference-profile/a1b2",
            True,
        ),
    ],
)
def test_model_is_read_from_the_path_quoted_or_not(path, model, stream):
    assert API.recognises(path)
    assert API.read_request(path, b"not json") == Asked(model, stream=stream)


@pytest.mark.parametrize("path", ["/model/m/count-tokens", "/model/m/invoke", "/converse", "/async-invoke"])
def test_other_actions_are_no_conversation(path):
    assert not API.recognises(path)


def test_parameters_and_tool_results_are_read():
    request = {
        "messages": [
            {"role": "user", "content": [{"text": "weather?"}]},
            {"role": "assistant", "content": [{"toolUse": {"toolUseId": "t0", "name": "w", "input": {}}}]},
            {
                "role": "user",
                "content": [
                    {"toolResult": {"toolUseId": "t1", "content": [{"text": "sunny"}]}},
                    {"toolResult": {"toolUseId": "t2", "content": [{"json": {"c": 21}}], "status": "success"}},
                ],
            },
        ],
        "inferenceConfig": {"maxTokens": 200, "temperature": 0.5, "topP": 0.9},
        "outputConfig": {"effort": "high"},
    }
    assert API.read_request("/model/m/converse", body(request)) == Asked(
        "m",
        max_tokens=200,
        temperature=0.5,
        top_p=0.9,
        reasoning_level="high",
        tool_results=(ToolResult("t1", 5), ToolResult("t2", len('{"c":21}'))),
    )


def test_signed_bodies_are_never_changed():
    assert API.ask_for_usage(b'{"messages":[]}') is None


def test_plain_answer_is_read():
    answer = plain(serviceTier={"type": "priority"})
    assert (answer.input_tokens, answer.output_tokens, answer.finish_reasons) == (20, 9, {0: "end_turn"})
    assert (answer.cache_read_tokens, answer.cache_write_tokens) == (None, None)
    assert (answer.output_bytes, answer.service_tier, answer.finished) == (10, "priority", True)


@pytest.mark.parametrize(
    "cache",
    [
        {"cacheReadInputTokens": 100, "cacheWriteInputTokens": 30},
        {"cacheReadInputTokenCount": 100, "cacheWriteInputTokenCount": 30},
    ],
    ids=["converse", "nova"],
)
def test_input_is_the_sum_of_fresh_read_and_written(cache):
    answer = plain(usage={**USAGE, **cache, "cacheDetails": [{"ttl": "1h", "inputTokens": 10}, {"ttl": "5m"}]})
    assert (answer.input_tokens, answer.cache_read_tokens, answer.cache_write_tokens) == (150, 100, 30)
    assert answer.cache_write_1h_tokens == 10


def test_tool_calls_and_reasoning_of_a_plain_answer_are_read():
    content = [
        {"reasoningContent": {"reasoningText": {"text": "hm", "signature": "x" * 99}}},
        {"toolUse": {"toolUseId": "tooluse_1", "name": "weather", "input": {"city": "Wien"}}},
    ]
    answer = plain(output={"message": {"role": "assistant", "content": content}}, stopReason="tool_use")
    assert answer.tool_calls == {1: ToolCall("tooluse_1", "weather")}
    assert answer.output_bytes == 2 + len('{"city":"Wien"}')


def test_model_that_a_router_chose_is_the_model_that_answered():
    assert plain(trace={"promptRouter": {"invokedModelId": MODEL}}).model == MODEL


def test_stream_ends_with_its_metadata():
    before = [
        {"messageStart": {"role": "assistant", "p": "abc"}},
        {"contentBlockDelta": {"contentBlockIndex": 0, "delta": {"reasoningContent": {"text": "hm"}}, "p": "ab"}},
        {"contentBlockDelta": {"contentBlockIndex": 1, "delta": {"text": "The "}}},
        {"contentBlockDelta": {"contentBlockIndex": 1, "delta": {"text": "Danube"}}},
        {"contentBlockStop": {"contentBlockIndex": 1}},
        {"messageStop": {"stopReason": "end_turn"}},
    ]
    assert not streamed(*before).finished
    answer = streamed(*before, {"metadata": {"metrics": {"latencyMs": 1}, "usage": USAGE}})
    assert (answer.input_tokens, answer.output_tokens, answer.finish_reasons) == (20, 9, {0: "end_turn"})
    assert (answer.output_bytes, answer.finished, answer.error_type) == (12, True, None)


def test_pieces_of_streamed_tool_calls_are_joined():
    def piece(index, text):
        return {"contentBlockDelta": {"contentBlockIndex": index, "delta": {"toolUse": {"input": text}}}}

    def start(index, call_id):
        use = {"toolUseId": call_id, "name": "weather"}
        return {"contentBlockStart": {"contentBlockIndex": index, "start": {"toolUse": use}}}

    answer = streamed(start(0, "a"), piece(0, '{"city":'), piece(0, '"Wien"}'), start(1, "b"), piece(1, "{}"))
    assert answer.tool_calls == {0: ToolCall("a", "weather"), 1: ToolCall("b", "weather")}
    assert answer.output_bytes == len('{"city":"Wien"}') + 2


@pytest.mark.parametrize(
    ("event", "error"),
    [
        ({"throttlingException": {"message": "slow down"}}, "throttlingException"),
        ({"modelStreamErrorException": {"message": "no", "originalStatusCode": 500}}, "modelStreamErrorException"),
        ({"error": {"code": "InternalFailure", "message": "no"}}, "InternalFailure"),
        ({"error": "no"}, "stream_error"),
        ({"somethingNew": {}}, None),
    ],
)
def test_exception_in_a_stream_is_the_error(event, error):
    assert streamed(event).error_type == error


@pytest.mark.parametrize(
    "text", [b"", b"<html>", b"[]", b"{}", b'{"message":"no"}', b'{"output":7}', b'{"output":{"me']
)
def test_what_is_no_answer_is_refused(text):
    assert not API.fold_body(text, Answer())


@pytest.mark.parametrize("data", [b"", b"{broken", b'"\xff"', b"[" * 9999, b'{"contentBlockDelta":7}', b"[]"])
def test_broken_events_are_passed_over(data):
    answer = Answer()
    assert API.fold_event(data, answer) is False
    assert answer == Answer()


def test_counts_of_the_wrong_kind_are_not_known():
    answer = plain(usage={"inputTokens": "20", "outputTokens": -1})
    assert (answer.input_tokens, answer.output_tokens) == (None, None)


def test_input_is_the_text_of_messages_system_and_tools_without_images():
    image = {"image": {"format": "png", "source": {"bytes": "A" * 999}}}
    result = {"toolResult": {"toolUseId": "t1", "content": [{"text": "sunny"}]}}
    request = {
        "messages": [{"role": "user", "content": [{"text": "12345"}, image, result]}],
        "system": [{"text": "short"}, {"cachePoint": {"type": "default"}}],
        "toolConfig": {"tools": []},
    }
    assert API.input_bytes(body(request)) == 5 + 5 + 5 + len('{"tools":[]}')
    assert API.input_bytes(b"{") == 0
