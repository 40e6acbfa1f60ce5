import json

import pytest

from spanwise.apis import gemini_wire


@pytest.mark.parametrize(
    ("path", "model"),
    [
        ("/v1beta/models/gemini-2.5-flash:generateContent", "gemini-2.5-flash"),
        ("/v1/projects/p/locations/l/publishers/google/models/gemini%2D2.5:predict", "gemini-2.5"),
        ("/v1beta/tunedModels/mine:generateContent", "tunedModels/mine"),
        ("/v1internal:generateContent", None),
        ("/v1beta/models/:generateContent", None),
        ("", None),
    ],
)
def test_the_model_is_named_by_the_path(path, model):
    assert gemini_wire.model_of(path) == model


def test_camel_case_goes_before_snake_case():
    assert (gemini_wire.either(1, 2), gemini_wire.either(None, 2), gemini_wire.either(0, 2)) == (1, 2, 0)


@pytest.mark.parametrize(
    ("body", "size"),
    [
        ({"contents": {"parts": {"text": "12345"}}, "tools": [{"a": 1}]}, 5 + 9),
        ({"contents": [{"parts": [{"inlineData": {"data": "A" * 99}}, {"fileData": {"fileUri": "gs://a"}}]}]}, 0),
        ({"contents": [{"parts": [{"functionCall": {"name": "f", "args": {"a": 1}}}]}]}, 7),
        ({"content": {"parts": [{"text": "\u00e9"}]}}, 2),
        ({"instances": [{"content": "12345", "task_type": "RETRIEVAL_QUERY"}]}, 5),
        ([], 0),
    ],
)
def test_input_is_measured_by_its_text(body, size):
    assert gemini_wire.input_bytes(json.dumps(body).encode()) == size
    assert gemini_wire.input_bytes(b"{") == 0


@pytest.mark.parametrize(
    ("error", "named"),
    [({"code": 503, "status": "UNAVAILABLE"}, "UNAVAILABLE"), ({"code": 429}, "429"), ("no", "stream_error")],
)
def test_an_error_is_named_by_its_status(error, named):
    assert gemini_wire.error_type(error) == named
