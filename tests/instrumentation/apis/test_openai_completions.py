import json

import pytest

from spanwise.apis.api import Answer, Asked
from spanwise.apis.openai_completions import OpenAICompletions

API = OpenAICompletions()

RESPONSE = {
    "id": "cmpl-uqkvlQyYK7bGYrRHQ0eXlWi7",
    "object": "text_completion",
    "created": 1589478378,
    "model": "gpt-3.5-turbo-instruct",
    "choices": [
        {"text": "\n\nThis is indeed a test", "index": 0, "logprobs": None, "finish_reason": "length"},
        {"text": "Another", "index": 1, "logprobs": None, "finish_reason": "stop"},
    ],
    "usage": {"prompt_tokens": 5, "completion_tokens": 7, "total_tokens": 12},
}


@pytest.mark.parametrize(
    ("path", "owned"),
    [
        ("/v1/completions", True),
        ("/openai/deployments/gpt/completions", True),
        ("/beta/completions", True),
        ("/v1/chat/completions", False),
        ("/v1/fim/completions", False),  # Mistral answers it as a chat
        ("/v1/completions/1", False),
    ],
)
def test_completions_of_text_are_recognised_and_those_of_chats_are_not(path, owned):
    assert API.recognises(path) is owned


def test_request_tells_what_it_asks():
    body = {"model": "m", "prompt": "Say", "max_tokens": 7, "temperature": 0, "top_p": 0.9, "n": 2, "seed": 3}
    assert API.read_request("/v1/completions", json.dumps({**body, "stream": True}).encode()) == Asked(
        "m", stream=True, max_tokens=7, temperature=0.0, top_p=0.9, choice_count=2, seed=3
    )


@pytest.mark.parametrize(
    ("body", "asked"),
    [
        (b'{"prompt":"a"}', Asked("gpt")),
        (b'{"model":"m","stream":true,"n":"two"}', Asked("m", stream=True)),
        (b'{"model":5,"n":"two"}', Asked("gpt")),
        (b"{", Asked("gpt")),
        (b"", Asked("gpt")),
    ],
)
def test_request_with_something_odd_in_it_is_read_as_far_as_it_goes(body, asked):
    assert API.read_request("/openai/deployments/gpt/completions", body) == asked


def test_every_choice_and_the_usage_are_told():
    answer = Answer()
    assert API.fold_body(json.dumps(RESPONSE).encode(), answer)
    assert (answer.response_id, answer.model) == (RESPONSE["id"], "gpt-3.5-turbo-instruct")
    assert (answer.input_tokens, answer.output_tokens) == (5, 7)
    assert answer.finish_reasons == {0: "length", 1: "stop"}
    assert answer.finished


def test_stream_is_measured_and_its_usage_event_is_told_apart():
    answer = Answer()

    def extra(**chunk) -> bool:
        return API.fold_event(json.dumps({"id": "cmpl-1", "model": "m", **chunk}).encode(), answer)

    assert not extra(choices=[{"text": "It ", "index": 0, "finish_reason": None}], usage=None)
    assert (answer.output_bytes, answer.finished) == (3, False)
    assert not extra(choices=[{"text": "", "index": 0, "finish_reason": "stop"}], usage=None)
    assert extra(choices=[], usage={"prompt_tokens": 5, "completion_tokens": 2, "total_tokens": 7})
    assert API.fold_event(b"[DONE]", answer) is False
    assert (answer.input_tokens, answer.output_tokens, answer.finished) == (5, 2, True)
    assert answer.finish_reasons == {0: "stop"}


def test_usage_of_a_server_that_tells_it_with_every_piece_is_not_hidden():
    chunk = {"choices": [{"text": "It", "index": 0}], "usage": {"prompt_tokens": 5, "completion_tokens": 1}}
    assert API.fold_event(json.dumps(chunk).encode(), Answer()) is False


def test_error_in_mid_stream_is_told():
    answer = Answer()
    assert API.fold_event(b'{"error":{"message":"no","type":"server_error","code":null}}', answer) is False
    assert answer.error_type == "server_error"


@pytest.mark.parametrize("body", [b"", b"<html>", b'{"error":null}', b'{"choices":[', b'{"choices":7}', b"\xff"])
def test_what_is_no_completion_is_refused(body):
    answer = Answer()
    assert API.fold_body(body, answer) is False
    assert API.fold_event(body, answer) is False


def test_usage_is_asked_for_as_in_a_chat():
    changed = json.loads(API.ask_for_usage(b'{"model":"m","stream":true}'))
    assert changed == {"model": "m", "stream": True, "stream_options": {"include_usage": True}}


@pytest.mark.parametrize(
    ("body", "size"),
    [
        (b'{"prompt":"Hello","suffix":"end"}', 8),
        (b'{"prompt":["Hel","lo"]}', 5),
        (b'{"prompt":[15496,11]}', 8),
        (b"{}", 0),
        (b"{", 0),
    ],
)
def test_prompt_is_measured_in_all_its_shapes(body, size):
    assert API.input_bytes(body) == size


def test_error_in_place_of_an_answer_is_told():
    answer = Answer()
    assert API.fold_body(b'{"error":{"message":"no","code":502}}', answer) is False
    assert answer.error_type == "502"
