import pytest

from spanwise.content import openai_embeddings as reader


@pytest.mark.parametrize(("body", "texts"), [(b'{"input":"a"}', ["a"]), (b'{"input":["a","b"]}', ["a", "b"])])
def test_texts_are_told(body, texts):
    assert [part["content"] for part in reader.given(body).messages[0]["parts"]] == texts


@pytest.mark.parametrize("body", [b'{"input":[[1,2]]}', b'{"input":[1]}', b"{", b""])
def test_numbers_of_tokens_and_broken_bodies_say_nothing(body):
    assert reader.given(body).messages == []


def test_vectors_are_no_messages():
    assert reader.answered(b'{"data":[{"embedding":[0.1]}]}') == reader.streamed([], b"") == []
