import json

from spanwise.content import cohere_embed as reader


def test_texts_images_and_inputs_are_told():
    image = "data:image/png;base64,YWJj"
    body = {
        "texts": ["a"],
        "images": [image],
        "inputs": [{"content": [{"type": "text", "text": "b"}, {"type": "image_url", "image_url": {"url": image}}]}],
    }
    blob = {"type": "blob", "modality": "image", "content": "", "mime_type": "image/png", "size_bytes": 3}
    assert reader.given(json.dumps(body).encode()).messages[0]["parts"] == [
        {"type": "text", "content": "a"},
        blob,
        {"type": "text", "content": "b"},
        blob,
    ]


def test_vectors_and_broken_bodies_say_nothing():
    assert reader.given(b"{").messages == reader.answered(b'{"embeddings":{}}') == reader.streamed([], b"") == []
