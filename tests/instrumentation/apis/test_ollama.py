import json

import pytest

from spanwise.apis.api import Answer, Asked, ToolCall, ToolResult
from spanwise.apis.ollama import Ollama

API = Ollama()
END = {
    "model": "llama3.2",
    "created_at": "2026-11-20T08:00:00Z",
    "done": True,
    "done_reason": "stop",
    "total_duration": 4883583458,
    "load_duration": 1334875,
    "prompt_eval_count": 20,
    "prompt_eval_duration": 342546000,
    "eval_count": 9,
    "eval_duration": 4535599000,
}


def body(value: object) -> bytes:
    return json.dumps(value).encode()


def line(**told: object) -> dict:
    return {"model": "llama3.2", "created_at": "2026-11-20T08:00:00Z", **told, "done": False}


def message(**told: object) -> dict:
    return {"message": {"role": "assistant", "content": "", **told}}


def streamed(*lines: dict) -> Answer:
    answer = Answer()
    for each in lines:
        assert API.fold_event(body(each), answer) is False
    return answer


def usage(answer: Answer) -> tuple:
    return answer.input_tokens, answer.output_tokens, answer.finish_reasons, answer.model


@pytest.mark.parametrize(
    ("path", "operation"),
    [
        ("/api/chat", "chat"),
        ("/ollama/api/generate", "text_completion"),
        ("/api/embed", "embeddings"),
        ("/api/embeddings", "embeddings"),
    ],
)
def test_path_says_the_operation(path, operation):
    assert API.recognises(path)
    asked = API.read_request(path, b'{"model":"m"}')
    assert (asked.operation, asked.model, asked.stream) == (operation, "m", operation != "embeddings")
    assert API.read_request(path, b"{") == Asked(operation=operation)


@pytest.mark.parametrize("path", ["/api/pull", "/api/tags", "/api/show", "/v1/chat/completions", "/api/chat/history"])
def test_other_paths_are_no_calls(path):
    assert not API.recognises(path)


@pytest.mark.parametrize(("stream", "streams"), [("true", True), ("false", False), ("null", True)])
def test_what_is_generated_is_streamed_unless_declined(stream, streams):
    assert API.read_request("/api/chat", f'{{"model":"m","stream":{stream}}}'.encode()).stream is streams


def test_parameters_are_read():
    text = body(
        {
            "model": "gpt-oss",
            "stream": False,
            "think": "high",
            "options": {"num_predict": 64, "temperature": 0.8, "top_p": 0.9, "seed": 42, "num_ctx": 4096},
        }
    )
    assert API.read_request("/api/chat", text) == Asked(
        "gpt-oss", operation="chat", max_tokens=64, temperature=0.8, top_p=0.9, seed=42, reasoning_level="high"
    )
    assert API.read_request("/api/chat", b'{"model":"m","think":true,"options":{"num_predict":-1}}').max_tokens is None


def test_tool_results_go_by_the_name_of_the_tool():
    def calls(*ids):
        return [{"id": each, "function": {"name": f"tool_{each}", "arguments": {}}} for each in ids]

    request = {
        "model": "m",
        "messages": [
            {"role": "user", "content": "weather?"},
            {"role": "tool", "tool_name": "old", "content": "x"},
            {"role": "assistant", "tool_calls": calls("a", "b", 7)},
            {"role": "tool", "tool_name": "weather", "content": "sunny"},
            {"role": "tool", "tool_call_id": "b", "content": "noon"},
            {"role": "tool", "tool_call_id": "unknown", "content": "x"},
        ],
    }
    results = (ToolResult("weather", 5), ToolResult("tool_b", 4))
    assert API.read_request("/api/chat", body(request)).tool_results == results


@pytest.mark.parametrize(
    "told",
    [
        message(content="Danube", thinking="hm"),
        {"response": "Danube", "thinking": "hm", "context": [1, 2]},
    ],
    ids=["chat", "generate"],
)
def test_plain_answer_is_read(told):
    answer = Answer()
    assert API.fold_body(body({**END, **told}), answer)
    assert usage(answer) == (20, 9, {0: "stop"}, "llama3.2")
    assert (answer.output_bytes, answer.finished) == (8, True)


@pytest.mark.parametrize(
    "told",
    [
        {"model": "nomic", "embeddings": [[0.1, 0.2]], "total_duration": 14143917, "prompt_eval_count": 20},
        {"model": "nomic", "embedding": [0.1, 0.2], "prompt_eval_count": 20},
    ],
)
def test_embeddings_have_no_output(told):
    answer = Answer()
    assert API.fold_body(body(told), answer)
    assert usage(answer) == (20, None, {}, "nomic")


@pytest.mark.parametrize("pieces", [(message(content="Dan"), message(content="ube")), ({"response": "Danube"},)])
def test_stream_ends_with_the_line_that_is_done(pieces):
    before = [line(**piece) for piece in pieces]
    assert not streamed(*before).finished
    answer = streamed(*before, {**END, **message()})
    assert usage(answer) == (20, 9, {0: "stop"}, "llama3.2")
    assert (answer.output_bytes, answer.finished, answer.error_type) == (6, True, None)


def test_tool_calls_come_whole_one_or_several_a_line():
    def call(name, **more):
        return {"function": {"name": name, "arguments": {"c": 1}}, **more}

    answer = streamed(
        line(**message(thinking="hm")),
        line(**message(tool_calls=[call("weather", id="call_1")])),
        line(**message(tool_calls=[call("time")])),
    )
    assert answer.tool_calls == {0: ToolCall("weather", "weather"), 1: ToolCall("time", "time")}
    assert answer.output_bytes == 2 + 7 + 7


def test_prompt_that_was_evaluated_before_is_not_counted_as_nought():
    told = {key: value for key, value in END.items() if key != "prompt_eval_count"}
    assert usage(streamed({**told, **message(content="a")}))[:2] == (None, 9)


def test_error_in_a_stream_is_told():
    assert streamed(line(**message(content="a")), {"error": "model runner has stopped"}).error_type == "stream_error"


@pytest.mark.parametrize("text", [b"", b"<html>", b"[]", b"{}", b'{"error":"no"}', b'{"message":{"content":"Dan'])
def test_what_is_no_answer_is_refused(text):
    assert not API.fold_body(text, Answer())


@pytest.mark.parametrize("data", [b"", b"{broken", b'"\xff"', b"[" * 9999, b'{"message":7}'])
def test_broken_lines_are_passed_over(data):
    answer = Answer()
    assert API.fold_event(data, answer) is False
    assert answer == Answer()


def test_counts_of_the_wrong_kind_are_not_known():
    assert usage(streamed({**END, "prompt_eval_count": "20", "eval_count": -9}))[:2] == (None, None)


@pytest.mark.parametrize(
    ("request_body", "size"),
    [
        ({"messages": [{"role": "user", "content": "12345", "images": ["A" * 99]}], "tools": []}, 5 + 2),
        ({"messages": [{"tool_calls": [{"function": {"name": "f", "arguments": {"a": 1}}}]}]}, 7),
        ({"prompt": "12345", "system": "多", "images": ["A" * 99]}, 5 + 3),
        ({"input": ["12", "345"]}, 5),
    ],
)
def test_input_is_text_and_tools_without_images(request_body, size):
    assert API.input_bytes(body(request_body)) == size
    assert API.input_bytes(b"{") == 0
