import json

import pytest

from spanwise.apis.api import Answer, Asked, ToolCall, ToolResult
from spanwise.apis.dashscope import DashScope

API = DashScope()
TEXT = "/api/v1/services/aigc/text-generation/generation"
MULTIMODAL = "/api/v1/services/aigc/multimodal-generation/generation"
USAGE = {
    "total_tokens": 29,
    "input_tokens": 20,
    "output_tokens": 9,
    "prompt_tokens_details": {"cached_tokens": 4},
    "output_tokens_details": {"reasoning_tokens": 2},
}


def body(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False).encode()


def told(message: dict, finish: str = "null", usage: dict | None = USAGE, **more: object) -> dict:
    output = {"choices": [{"finish_reason": finish, "message": {"role": "assistant", **message}, **more}]}
    return {"output": output, "usage": usage, "request_id": "9e5c"}


def folded(*events: dict) -> Answer:
    answer = Answer()
    for event in events:
        assert API.fold_event(body(event), answer) is False
    return answer


@pytest.mark.parametrize(
    ("path", "operation"),
    [
        (TEXT, "chat"),
        (MULTIMODAL, "chat"),
        ("/api/v1/services/embeddings/text-embedding/text-embedding", "embeddings"),
        ("/api/v1/services/embeddings/multimodal-embedding/multimodal-embedding", "embeddings"),
        ("/api/v1/services/rerank/text-rerank/text-rerank", "rerank"),
    ],
)
def test_path_says_the_operation(path, operation):
    assert API.recognises(path)
    assert API.read_request(path, b'{"model":"m"}') == Asked("m", operation=operation)
    assert API.read_request(path, b"{") == Asked(operation=operation)


@pytest.mark.parametrize(
    "path",
    [
        "/compatible-mode/v1/chat/completions",
        "/api/v1/services/aigc/text2image/image-synthesis",
        "/api/v1/services/embeddings/text-embedding/text-embedding-async",
    ],
)
def test_other_paths_are_no_calls(path):
    assert not API.recognises(path)


def test_parameters_and_tool_results_are_read():
    request = {
        "model": "qwen-plus",
        "input": {
            "messages": [
                {"role": "tool", "tool_call_id": "old", "content": "x"},
                {"role": "assistant", "content": "", "tool_calls": []},
                {"role": "tool", "tool_call_id": "call_1", "content": "晴"},
            ]
        },
        "parameters": {
            "result_format": "message",
            "incremental_output": True,
            "max_tokens": 100,
            "temperature": 0.7,
            "top_p": 0.8,
            "seed": 1,
            "n": 2,
        },
    }
    assert API.read_request(TEXT, body(request)) == Asked(
        "qwen-plus",
        operation="chat",
        max_tokens=100,
        temperature=0.7,
        top_p=0.8,
        seed=1,
        choice_count=2,
        tool_results=(ToolResult("call_1", 3),),
    )


def test_plain_answer_in_messages_is_read():
    answer = Answer()
    assert API.fold_body(body(told({"content": "多瑙河", "reasoning_content": "hm"}, "stop")), answer)
    assert (answer.input_tokens, answer.output_tokens, answer.finish_reasons) == (20, 9, {0: "stop"})
    assert (answer.cache_read_tokens, answer.reasoning_tokens, answer.response_id) == (4, 2, "9e5c")
    assert (answer.output_bytes, answer.finished) == (9 + 2, True)


def test_plain_answer_in_text_is_read():
    answer = Answer()
    text = {"output": {"text": "Danube", "finish_reason": "length"}, "usage": USAGE, "request_id": "r", "code": ""}
    assert API.fold_body(body(text), answer)
    assert (answer.input_tokens, answer.finish_reasons, answer.output_bytes) == (20, {0: "length"}, 6)
    assert answer.error_type is None


def test_multimodal_answer_is_read():
    usage = {
        "input_tokens": 1261,
        "output_tokens": 9,
        "image_tokens": 1247,
        "input_tokens_details": {"text_tokens": 14, "image_tokens": 1247, "cached_tokens": 0},
        "output_tokens_details": {"text_tokens": 9},
    }
    answer = Answer()
    assert API.fold_body(body(told({"content": [{"text": "Danube"}]}, "stop", usage)), answer)
    assert (answer.input_tokens, answer.output_tokens, answer.cache_read_tokens) == (1261, 9, 0)
    assert (answer.output_bytes, answer.reasoning_tokens) == (6, None)


def test_cache_writes_are_part_of_the_input():
    usage = {**USAGE, "prompt_tokens_details": {"cached_tokens": 0, "cache_creation_input_tokens": 16}}
    answer = folded(told({"content": "a"}, usage=usage))
    assert (answer.input_tokens, answer.cache_write_tokens) == (20, 16)


def test_text_so_far_is_not_counted_again_with_every_event():
    events = [told({"content": text}, usage={**USAGE, "output_tokens": n}) for n, text in ((1, "The"), (3, "The Dan"))]
    answer = folded(*events)
    assert (answer.output_bytes, answer.output_tokens, answer.finish_reasons) == (7, 3, {})
    answer = folded(*events, told({"content": "The Danube"}, "stop"))
    assert (answer.output_bytes, answer.output_tokens, answer.finish_reasons) == (10, 9, {0: "stop"})


def test_usage_of_an_incremental_stream_is_that_so_far():
    answer = folded(*(told({"content": text}, usage={**USAGE, "output_tokens": n}) for n, text in ((1, "a"), (2, "b"))))
    assert answer.output_tokens == 2


def test_text_without_usage_adds_up():
    assert folded(*(told({"content": text}, usage=None) for text in ("The ", "Danube"))).output_bytes == 10


def test_pieces_of_streamed_tool_calls_are_joined():
    def piece(index, call_id, name, arguments):
        function = {"name": name, "arguments": arguments}
        return {
            "content": "",
            "tool_calls": [{"index": index, "id": call_id, "type": "function", "function": function}],
        }

    answer = folded(
        told(piece(0, "call_1", "weather", '{"c":')),
        told(piece(0, "", "", "1}")),
        told(piece(1, "call_2", "time", "{}"), "tool_calls"),
    )
    assert answer.tool_calls == {0: ToolCall("call_1", "weather"), 1: ToolCall("call_2", "time")}
    assert answer.finish_reasons == {0: "tool_calls"}


def test_choices_keep_their_index():
    assert folded(told({"content": "a"}, "stop", index=1)).finish_reasons == {1: "stop"}


@pytest.mark.parametrize(
    "output", [{"embeddings": [{"text_index": 0, "embedding": [0.1]}]}, {"results": [{"index": 0}]}]
)
def test_embeddings_and_rankings_have_input_only(output):
    answer = Answer()
    assert API.fold_body(body({"output": output, "usage": {"total_tokens": 26}, "request_id": "r"}), answer)
    assert (answer.input_tokens, answer.output_tokens, answer.output_bytes) == (26, None, 0)


def test_error_in_a_stream_is_told():
    error = {"code": "InvalidParameter", "message": "no", "request_id": "r"}
    assert folded(told({"content": "a"}), error).error_type == "InvalidParameter"


@pytest.mark.parametrize(
    "text",
    [b"", b"<html>", b"[]", b"{}", b'{"code":"InvalidApiKey","message":"no"}', b'{"output":{"te', b'{"output":7}'],
)
def test_what_is_no_answer_is_refused(text):
    assert not API.fold_body(text, Answer())


@pytest.mark.parametrize("data", [b"", b"{broken", b'"\xff"', b"[" * 9999, b'{"output":7}', b"[]"])
def test_broken_events_are_passed_over(data):
    answer = Answer()
    assert API.fold_event(data, answer) is False
    assert answer == Answer()


def test_counts_of_the_wrong_kind_are_not_known():
    answer = folded(told({"content": "a"}, usage={"input_tokens": "20", "output_tokens": -1, "total_tokens": None}))
    assert (answer.input_tokens, answer.output_tokens) == (None, None)


@pytest.mark.parametrize(
    ("given", "size"),
    [
        ({"messages": [{"role": "user", "content": "12345"}]}, 5),
        ({"messages": [{"role": "user", "content": [{"text": "12345"}, {"image": "data:A"}]}]}, 5),
        ({"prompt": "12345"}, 5),
        ({"texts": ["12", "345"]}, 5),
        ({"query": "12", "documents": ["345"]}, 5),
    ],
)
def test_input_is_text_and_tools_without_images(given, size):
    assert API.input_bytes(body({"model": "m", "input": given, "parameters": {"tools": []}})) == size + 2
    assert API.input_bytes(b"{") == 0
