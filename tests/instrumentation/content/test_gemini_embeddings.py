import pytest

from spanwise.content import gemini_embeddings as reader


@pytest.mark.parametrize(
    ("body", "texts"),
    [
        (b'{"content":{"parts":[{"text":"a"}]}}', ["a"]),
        (b'{"requests":[{"content":{"parts":[{"text":"a"}]}},{"content":{"parts":[{"text":"b"}]}}]}', ["a", "b"]),
        (b'{"instances":[{"content":"a"},{"content":"b"}]}', ["a", "b"]),
    ],
)
def test_texts_are_told_of_one_of_many_and_of_predictions(body, texts):
    assert [part["content"] for part in reader.given(body).messages[0]["parts"]] == texts


@pytest.mark.parametrize("body", [b"", b"{", b'{"content":7,"requests":[7]}'])
def test_a_broken_body_says_nothing(body):
    assert reader.given(body).messages == []


def test_vectors_are_no_messages():
    assert reader.answered(b'{"embedding":{"values":[0.1]}}') == reader.streamed([], b"") == []
