import json

import pytest

from spanwise.apis.api import Answer, Asked
from spanwise.apis.openai_embeddings import OpenAIEmbeddings

API = OpenAIEmbeddings()

# As documented, with a short vector.
RESPONSE = {
    "object": "list",
    "data": [{"object": "embedding", "index": 0, "embedding": [0.0023064255, -0.009327292]}],
    "model": "text-embedding-3-small",
    "usage": {"prompt_tokens": 8, "total_tokens": 8},
}


def folded(**changes) -> Answer:
    answer = Answer()
    assert API.fold_body(json.dumps({**RESPONSE, **changes}).encode(), answer)
    return answer


@pytest.mark.parametrize(
    ("path", "owned"),
    [
        ("/v1/embeddings", True),
        ("/openai/deployments/ada/embeddings", True),
        ("/compatible-mode/v1/embeddings", True),
        ("/api/embeddings", False),  # Ollama's own
        ("/v1/embeddings/1", False),
    ],
)
def test_embeddings_of_this_shape_are_recognised(path, owned):
    assert API.recognises(path) is owned


def test_request_tells_model_dimensions_and_encoding():
    body = b'{"model":"text-embedding-3-small","input":["a"],"dimensions":256,"encoding_format":"base64"}'
    expected = Asked("text-embedding-3-small", dimensions=256, encoding_formats=("base64",))
    assert API.read_request("/v1/embeddings", body) == expected


@pytest.mark.parametrize(
    ("body", "model"),
    [
        (b'{"input":"a"}', "ada 2"),
        (b'{"model":"m","dimensions":"many"}', "m"),
        (b'{"dimensions":"many"}', "ada 2"),
        (b"{", "ada 2"),
        (b"\xff", "ada 2"),
    ],
)
def test_deployment_is_the_model_where_the_body_names_none(body, model):
    assert API.read_request("/openai/deployments/ada%202/embeddings", body) == Asked(model)


def test_tokens_go_in_and_none_come_out():
    answer = folded()
    assert (answer.model, answer.input_tokens, answer.output_tokens) == ("text-embedding-3-small", 8, None)
    assert (answer.finished, answer.finish_reasons, answer.output_bytes) == (True, {}, 0)


def test_total_is_the_input_where_only_it_is_reported():
    assert folded(usage={"total_tokens": 7}).input_tokens == 7
    assert folded(usage={"prompt_tokens": 0, "total_tokens": 7, "completion_tokens": 0}).input_tokens == 0


@pytest.mark.parametrize("usage", [None, {}, {"prompt_tokens": -1}, {"total_tokens": "8"}])
def test_usage_that_is_none_is_not_known(usage):
    assert folded(usage=usage).input_tokens is None


@pytest.mark.parametrize("body", [b"", b"<html>", b'{"error":null}', b'{"data":[', b'{"embedding":[1]}', b"\xff"])
def test_what_is_no_list_of_embeddings_is_refused(body):
    answer = Answer()
    assert API.fold_body(body, answer) is False
    assert answer == Answer()


@pytest.mark.parametrize(
    ("given", "size"),
    [('"Grüße"', 7), ('["abc","de"]', 5), ("[1,2,3]", 12), ("[[1,2],[3]]", 12), ("null", 0), ("{}", 0)],
)
def test_text_is_measured_and_a_token_number_counts_as_a_token(given, size):
    assert API.input_bytes(f'{{"input":{given}}}'.encode()) == size


def test_broken_input_has_no_size():
    assert API.input_bytes(b"{") == 0


def test_embeddings_are_no_stream():
    assert API.ask_for_usage(b'{"stream":true}') is None
    assert API.fold_event(b"{}", Answer()) is False


def test_error_in_place_of_an_answer_is_told():
    answer = Answer()
    assert API.fold_body(b'{"error":{"message":"no","code":502}}', answer) is False
    assert answer.error_type == "502"
