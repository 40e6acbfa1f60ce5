import json

import pytest

from spanwise.apis.api import Answer, Asked
from spanwise.apis.cohere_embed import CohereEmbed

API = CohereEmbed()


@pytest.mark.parametrize(("path", "owned"), [("/v2/embed", True), ("/v1/embed", True), ("/api/embed", False)])
def test_embeddings_of_both_versions_are_recognised(path, owned):
    assert API.recognises(path) is owned


def test_request_is_read():
    text = b'{"model":"embed-v4.0","texts":["a"],"output_dimension":256,"embedding_types":["float","int8",7]}'
    assert API.read_request("/v2/embed", text) == Asked(
        "embed-v4.0", dimensions=256, encoding_formats=("float", "int8")
    )
    assert API.read_request("/v2/embed", b"{") == Asked()


@pytest.mark.parametrize("embeddings", [{"float": [[0.1, 0.2]]}, [[0.1, 0.2]]], ids=["by type", "floats"])
def test_answer_has_input_tokens_and_no_output(embeddings):
    answer = Answer()
    told = {"id": "e1", "embeddings": embeddings, "meta": {"billed_units": {"input_tokens": 5}}}
    assert API.fold_body(json.dumps(told).encode(), answer)
    assert (answer.input_tokens, answer.output_tokens, answer.response_id) == (5, None, "e1")


@pytest.mark.parametrize("text", [b"", b"[]", b'{"message":"no"}', b'{"embeddings":{"float":[[0.'])
def test_what_is_no_answer_is_refused(text):
    assert not API.fold_body(text, Answer())


def test_input_is_the_texts():
    inputs = [{"content": [{"type": "text", "text": "123"}, {"type": "image_url", "image_url": {"url": "data:"}}]}]
    assert API.input_bytes(json.dumps({"texts": ["12", "多"]}).encode()) == 5
    assert API.input_bytes(json.dumps({"inputs": inputs}).encode()) == 3
    assert API.input_bytes(b"{") == 0
