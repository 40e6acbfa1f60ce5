import json
from base64 import b64encode

import pytest

from spanwise.apis.api import Answer, Asked, ToolCall, ToolResult
from spanwise.apis.bedrock_invoke import BedrockInvoke

API = BedrockInvoke()
METRICS = {"inputTokenCount": 20, "outputTokenCount": 9, "invocationLatency": 900, "firstByteLatency": 300}
LAST = {"amazon-bedrock-invocationMetrics": METRICS}


def body(value: object) -> bytes:
    return json.dumps(value).encode()


def plain(value: object, headers: dict | None = None) -> Answer:
    answer = Answer()
    if headers is not None:
        API.fold_headers({f"x-amzn-bedrock-{name}-token-count": told for name, told in headers.items()}, answer)
    assert API.fold_body(body(value), answer)
    return answer


def streamed(*events: dict) -> Answer:
    answer = Answer()
    for event in events:
        assert API.fold_event(body({"chunk": {"bytes": b64encode(body(event)).decode(), "p": "abc"}}), answer) is False
    return answer


def usage(answer: Answer) -> tuple:
    return answer.input_tokens, answer.output_tokens, answer.finish_reasons.get(0)


@pytest.mark.parametrize(
    ("path", "stream"),
    [("/model/meta.llama3-8b-v1%3A0/invoke", False), ("/model/meta.llama3-8b-v1:0/invoke-with-response-stream", True)],
)
def test_model_and_stream_are_read_from_the_path(path, stream):
    assert API.recognises(path)
    assert API.read_request(path, b"<html>") == Asked("meta.llama3-8b-v1:0", stream=stream)


@pytest.mark.parametrize(
    "path",
    ["/model/m/converse", "/model/m/invoke-with-bidirectional-stream", "/async-invoke", "/guardrail-checks/invoke"],
)
def test_other_actions_are_not_claimed(path):
    assert not API.recognises(path)


@pytest.mark.parametrize(
    ("request_body", "asked"),
    [
        ({"prompt": "hi", "max_gen_len": 64, "temperature": 0, "top_p": 0.9}, ("text_completion", 64, 0.0, 0.9)),
        (
            {"inputText": "hi", "textGenerationConfig": {"maxTokenCount": 8, "temperature": 0.1, "topP": 1}},
            ("text_completion", 8, 0.1, 1.0),
        ),
        ({"messages": [], "anthropic_version": "bedrock-2023-05-31", "max_tokens": 5}, (None, 5, None, None)),
        ({"messages": [], "inferenceConfig": {"maxTokens": 7, "topP": 0.5}}, (None, 7, None, 0.5)),
        ({"messages": [], "max_tokens": 6, "temperature": 1}, (None, 6, 1.0, None)),
        ({"message": "hi", "max_tokens": 4, "p": 0.75}, (None, 4, None, 0.75)),
        ({"texts": ["a"], "input_type": "search_query"}, ("embeddings", None, None, None)),
        ({"query": "q", "documents": ["a"], "api_version": 2}, ("rerank", None, None, None)),
        ({"taskType": "TEXT_IMAGE", "textToImageParams": {"text": "a"}}, ("generate_content", None, None, None)),
    ],
    ids=["llama", "titan", "claude", "nova", "openai", "command-r", "cohere-embed", "rerank", "image"],
)
def test_request_of_each_family_is_read(request_body, asked):
    read = API.read_request("/model/arn:x/invoke", body(request_body))
    assert (read.operation, read.max_tokens, read.temperature, read.top_p) == asked
    assert read.model == "arn:x"


def test_titan_embeddings_are_told_by_the_model():
    read = API.read_request("/model/amazon.titan-embed-text-v2%3A0/invoke", b'{"inputText":"hi"}')
    assert read.operation == "embeddings"


def test_tool_results_of_claude_are_read():
    result = {"type": "tool_result", "tool_use_id": "t1", "content": "sunny"}
    request = {"anthropic_version": "bedrock-2023-05-31", "messages": [{"role": "user", "content": [result]}]}
    assert API.read_request("/model/m/invoke", body(request)).tool_results == (ToolResult("t1", 5),)


PLAIN = {
    "claude": {
        "id": "msg_bdrk_1",
        "type": "message",
        "role": "assistant",
        "model": "claude-3-haiku-20240307",
        "content": [{"type": "text", "text": "Danube"}],
        "stop_reason": "end_turn",
        "usage": {"input_tokens": 12, "cache_read_input_tokens": 8, "output_tokens": 9},
    },
    "nova": {
        "output": {"message": {"role": "assistant", "content": [{"text": "Danube"}]}},
        "stopReason": "end_turn",
        "usage": {"inputTokens": 12, "outputTokens": 9, "totalTokens": 29, "cacheReadInputTokenCount": 8},
    },
    "command-a": {
        "id": "c",
        "message": {"role": "assistant", "content": [{"type": "text", "text": "Danube"}]},
        "finish_reason": "end_turn",
        "usage": {"billed_units": {"input_tokens": 20, "output_tokens": 9}},
    },
    "titan": {
        "inputTextTokenCount": 20,
        "results": [{"tokenCount": 9, "outputText": "Danube", "completionReason": "end_turn"}],
    },
    "llama": {
        "generation": "Danube",
        "prompt_token_count": 20,
        "generation_token_count": 9,
        "stop_reason": "end_turn",
    },
    "jamba": {
        "id": "chatcmpl-1",
        "choices": [{"index": 0, "message": {"role": "assistant", "content": "Danube"}, "finish_reason": "end_turn"}],
        "usage": {"prompt_tokens": 20, "completion_tokens": 9, "total_tokens": 29},
    },
    "jurassic": {
        "id": 1234,
        "prompt": {"text": "hi", "tokens": [{}] * 20},
        "completions": [{"data": {"text": "Danube", "tokens": [{}] * 9}, "finishReason": {"reason": "end_turn"}}],
    },
}


@pytest.mark.parametrize("family", PLAIN)
def test_plain_answer_of_each_family_is_read(family):
    answer = plain(PLAIN[family])
    assert usage(answer) == (20, 9, "end_turn")
    assert answer.finished


@pytest.mark.parametrize(
    "told",
    [
        {"outputs": [{"text": "Danube", "stop_reason": "stop"}]},
        {"choices": [{"index": 0, "message": {"role": "assistant", "content": "Danube"}, "stop_reason": "stop"}]},
        {"choices": [{"text": "Danube", "stop_reason": "stop"}]},
        {"id": "g", "generations": [{"id": "1", "text": "Danube", "finish_reason": "stop"}], "prompt": "hi"},
        {"response_id": "r", "text": "Danube", "generation_id": "g", "chat_history": [], "finish_reason": "stop"},
        {"completion": "Danube", "stop_reason": "stop"},
    ],
    ids=["mistral", "mistral-chat", "deepseek", "command", "command-r", "claude-2"],
)
def test_families_that_tell_no_usage_have_it_in_the_headers(told):
    answer = plain(told, {"input": "20", "output": "9"})
    assert usage(answer) == (20, 9, "stop")
    without = plain(told)
    assert usage(without) == (None, None, "stop")
    assert without.output_bytes == len("Danube")


def test_cache_in_the_headers_is_part_of_the_input():
    answer = plain({"image": "…"}, {"input": "20", "output": "0", "cache-read-input": "100", "cache-write-input": "5"})
    assert (answer.input_tokens, answer.cache_read_tokens, answer.cache_write_tokens) == (125, 100, 5)


def test_usage_in_the_body_goes_before_the_headers():
    assert usage(plain(PLAIN["claude"], {"input": "1", "output": "1"})) == (20, 9, "end_turn")


@pytest.mark.parametrize("told", ["-1", "x", "", "1" * 9999])
def test_headers_that_are_no_counts_are_not_known(told):
    assert plain({"images": []}, {"input": told, "output": told}).input_tokens is None


@pytest.mark.parametrize(
    "told",
    [
        {"embedding": [0.1, 0.2], "inputTextTokenCount": 5},
        {"embeddings": [[0.1]], "id": "e", "response_type": "embeddings_floats", "texts": ["hi"]},
        {"results": [{"index": 0, "relevance_score": 0.9}]},
    ],
    ids=["titan-embed", "cohere-embed", "rerank"],
)
def test_what_generates_nothing_has_no_output(told):
    answer = plain(told, {"input": "5"})
    assert (answer.input_tokens, answer.output_tokens, answer.output_bytes) == (5, None, 0)


def block(text):
    return {"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": text}}


def choice(delta, finish=None):
    return {"id": "c", "choices": [{"index": 0, "delta": delta, "finish_reason": finish}]}


STREAMED = {
    "claude": [
        {"type": "message_start", "message": {"id": "m", "usage": {"input_tokens": 20, "output_tokens": 1}}},
        block("Dan"),
        block("ube"),
        {"type": "message_delta", "delta": {"stop_reason": "end_turn"}, "usage": {"output_tokens": 9}},
        {"type": "message_stop", **LAST},
    ],
    "nova": [
        {"messageStart": {"role": "assistant"}},
        {"contentBlockDelta": {"delta": {"text": "Danube"}, "contentBlockIndex": 0}},
        {"contentBlockStop": {"contentBlockIndex": 0}},
        {"messageStop": {"stopReason": "end_turn"}},
        {"metadata": {"usage": {"inputTokens": 20, "outputTokens": 9}, "metrics": {}, "trace": {}}, **LAST},
    ],
    "titan": [
        {"outputText": "Dan", "index": 0, "totalOutputTextTokenCount": None, "inputTextTokenCount": 20},
        {"outputText": "ube", "index": 0, "totalOutputTextTokenCount": 9, "completionReason": "end_turn", **LAST},
    ],
    "llama": [
        {"generation": "Dan", "prompt_token_count": 20, "generation_token_count": 1, "stop_reason": None},
        {"generation": "ube", "prompt_token_count": None, "generation_token_count": 2, "stop_reason": None},
        {"generation": "", "generation_token_count": 9, "stop_reason": "end_turn", **LAST},
    ],
    "mistral": [
        {"outputs": [{"text": "Danube", "stop_reason": None}]},
        {"outputs": [{"text": "", "stop_reason": "end_turn"}], **LAST},
    ],
    "command-r": [
        {"is_finished": False, "event_type": "stream-start", "generation_id": "g"},
        {"is_finished": False, "event_type": "text-generation", "text": "Danube"},
        {"is_finished": True, "event_type": "stream-end", "finish_reason": "end_turn", "response": {}, **LAST},
    ],
    "command-a": [
        {"id": "c", "type": "message-start", "delta": {"message": {"role": "assistant"}}},
        {"type": "content-delta", "index": 0, "delta": {"message": {"content": {"text": "Danube"}}}},
        {"type": "message-end", "delta": {"finish_reason": "end_turn"}, **LAST},
    ],
    "openai": [choice({"content": "Danube"}), {**choice({}, "end_turn"), **LAST}],
    "claude-2": [{"completion": "Danube"}, {"completion": "", "stop_reason": "end_turn", **LAST}],
}


@pytest.mark.parametrize("family", STREAMED)
def test_stream_of_each_family_ends_with_its_usage(family):
    answer = streamed(*STREAMED[family])
    assert usage(answer) == (20, 9, "end_turn")
    assert (answer.output_bytes, answer.finished) == (6, True)


def test_metrics_leave_out_the_cache():
    cached = {**METRICS, "cacheReadInputTokenCount": 100, "cacheWriteInputTokenCount": 5}
    answer = streamed({"outputs": [{"text": "a"}], "amazon-bedrock-invocationMetrics": cached})
    assert (answer.input_tokens, answer.cache_read_tokens, answer.cache_write_tokens) == (125, 100, 5)


def test_tool_calls_of_a_stream_are_those_of_its_family():
    start = {"type": "tool_use", "id": "t1", "name": "weather", "input": {}}
    answer = streamed({"type": "content_block_start", "index": 1, "content_block": start})
    assert answer.tool_calls == {1: ToolCall("t1", "weather")}


def test_exception_in_a_stream_is_the_error():
    answer = Answer()
    API.fold_event(b'{"modelTimeoutException":{"message":"late"}}', answer)
    assert answer.error_type == "modelTimeoutException"


@pytest.mark.parametrize(
    "data", [b"", b"{broken", b'{"chunk":{"bytes":"%"}}', b'{"chunk":{"bytes":"bm8="}}', b'{"chunk":7}', b"[" * 9999]
)
def test_broken_events_are_passed_over(data):
    answer = Answer()
    assert API.fold_event(data, answer) is False
    assert answer == Answer()


@pytest.mark.parametrize("text", [b"", b"<html>", b"[]", b'{"generation":"Dan'])
def test_what_is_no_object_is_refused(text):
    assert not API.fold_body(text, Answer())


@pytest.mark.parametrize("told", [{"results": 7}, {"usage": []}, {"choices": "x"}, {"type": 3, "content": {}}])
def test_objects_of_no_known_form_are_answers_of_which_nothing_is_known(told):
    answer = plain(told)
    assert usage(answer) == (None, None, None)


@pytest.mark.parametrize(
    ("request_body", "size"),
    [
        ({"prompt": "12345", "temperature": 1}, 5),
        ({"texts": ["12", "345"], "input_type": "x"}, 5),
        ({"query": "12", "documents": ["345", {"text": "6"}]}, 5 + len('{"text":"6"}')),
        ({"anthropic_version": "v", "messages": [{"role": "user", "content": "12345"}]}, 5),
        ({"inferenceConfig": {}, "messages": [{"role": "user", "content": [{"text": "12345"}]}]}, 5),
        ({"message": "12345", "chat_history": []}, 5),
    ],
)
def test_input_is_measured_by_its_family(request_body, size):
    assert API.input_bytes(body(request_body)) == size
    assert API.input_bytes(b"{") == 0
