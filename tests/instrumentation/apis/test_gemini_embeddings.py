import json

import pytest

from spanwise.apis.api import Answer, Asked
from spanwise.apis.gemini_embeddings import GeminiEmbeddings
from tests.instrumentation.apis.test_bad_input import is_sound, spoilt

API = GeminiEmbeddings()
PATH = "/v1beta/models/gemini-embedding-001:embedContent"
VERTEX = "/v1/projects/p/locations/l/publishers/google/models"


@pytest.mark.parametrize(
    ("path", "model"),
    [
        (PATH, "gemini-embedding-001"),
        ("/v1beta/models/gemini-embedding-001:batchEmbedContents", "gemini-embedding-001"),
        (f"{VERTEX}/text-embedding-005:predict", "text-embedding-005"),
        (f"{VERTEX}/textembedding-gecko%40003:predict", "textembedding-gecko@003"),
        (f"{VERTEX}/gemini-embedding-2:embedContent", "gemini-embedding-2"),
        ("/v1beta/models/gemini-embedding-001:asyncBatchEmbedContent", None),
        (f"{VERTEX}/imagen-4.0-generate-001:predict", None),
        (f"{VERTEX}/veo-3.0-generate-001:predictLongRunning", None),
        ("/v1/models/my-embedding:predict", None),
        ("/embedding/v1/models/tensor:predict", None),
        ("/v1beta/models/gemini-2.5-flash:generateContent", None),
        (":embedContent", None),
    ],
)
def test_only_calls_that_embed_are_recognised_and_their_model_is_in_the_path(path, model):
    assert API.recognises(path) is (model is not None)
    if model is not None:
        assert API.read_request(path, b"{}") == Asked(model)


@pytest.mark.parametrize(
    "body",
    [
        {"content": {}, "outputDimensionality": 768},
        {"content": {}, "output_dimensionality": 768},
        {"requests": [{"content": {}, "outputDimensionality": 768}, {"content": {}}]},
        {"instances": [{}], "parameters": {"outputDimensionality": 768}},
    ],
)
def test_dimensions_are_read_where_each_way_tells_them(body):
    assert API.read_request(PATH, json.dumps(body).encode()) == Asked("gemini-embedding-001", dimensions=768)


def test_usage_is_not_asked_for_and_nothing_is_streamed():
    answer = Answer()
    assert API.ask_for_usage(b"{}") is None
    assert not API.fold_event(b'{"embedding":{}}', answer)
    assert answer == Answer()


@pytest.mark.parametrize(
    ("body", "tokens"),
    [
        ({"embedding": {"values": [0.1]}}, None),
        ({"embeddings": [{"values": [0.1]}, {"values": [0.2]}]}, None),
        ({"embedding": {"values": [0.1]}, "usageMetadata": {"promptTokenCount": 6}}, 6),
        ({"embeddings": [], "usageMetadata": {"promptTokenCount": -6}}, None),
        (
            {
                "predictions": [
                    {"embeddings": {"statistics": {"truncated": False, "token_count": 4}, "values": [0.1]}},
                    {"embeddings": {"statistics": {"token_count": 3.0}, "values": [0.2]}},
                ],
                "metadata": {"billableCharacterCount": 20},
            },
            7,
        ),
        ({"predictions": [{"embeddings": {"statistics": {"token_count": 4}}}, {"textEmbedding": [0.2]}]}, None),
    ],
)
def test_embeddings_have_input_and_no_output(body, tokens):
    answer = Answer()
    assert API.fold_body(json.dumps(body).encode(), answer)
    assert answer == Answer(input_tokens=tokens, finished=True)


@pytest.mark.parametrize("body", [b"", b"<html>", b"[]", b"{}", b'{"embeddings":7}', b'{"embedding":{', b"\xff"])
def test_what_is_no_embedding_is_refused(body):
    answer = Answer()
    assert not API.fold_body(body, answer)
    assert answer == Answer()


def test_an_error_told_with_a_good_status_is_named():
    answer = Answer()
    assert not API.fold_body(b'{"error":{"code":503,"status":"UNAVAILABLE"}}', answer)
    assert (answer.error_type, answer.finished) == ("UNAVAILABLE", False)


def test_junk_in_any_place_gives_what_is_sound_or_nothing():
    counted = {"embeddings": {"statistics": {"token_count": 4}, "values": [0.1]}}
    for answered in (
        {"predictions": [counted]},
        {"embedding": {"values": [0.1]}, "usageMetadata": {"promptTokenCount": 6}},
    ):
        for data in spoilt(json.dumps(answered).encode()):
            answer = Answer()
            API.fold_body(data, answer)
            assert is_sound(answer), data
    for data in spoilt(
        json.dumps({"requests": [{"content": {"parts": [{"text": "a"}]}, "outputDimensionality": 3}]}).encode()
    ):
        assert API.read_request(PATH, data).model == "gemini-embedding-001"
        assert API.input_bytes(data) >= 0


def test_input_is_the_text_to_embed():
    body = {
        "requests": [{"model": "m", "content": {"parts": [{"text": "123"}]}}, {"content": {"parts": [{"text": "45"}]}}]
    }
    assert API.input_bytes(json.dumps(body).encode()) == 5
