import pytest

from spanwise.content import bedrock_flat as reader


@pytest.mark.parametrize(
    "body",
    [
        b'{"generation":"said"}',
        b'{"completion":"said"}',
        b'{"results":[{"outputText":"said"}]}',
        b'{"outputs":[{"text":"said"}]}',
        b'{"choices":[{"text":"said"}]}',
        b'{"generations":[{"text":"said"}]}',
        b'{"completions":[{"data":{"text":"said"}}]}',
    ],
)
def test_the_answer_of_each_family_is_told(body):
    assert reader.answered(body) == [{"role": "assistant", "parts": [{"type": "text", "content": "said"}]}]


def test_the_texts_of_a_stream_are_joined():
    pieces = [b'{"generation":"A"}', b'{"generation":"b"}', b'{"generation":""}']
    assert reader.streamed(pieces, b"")[0]["parts"] == [{"type": "text", "content": "Ab"}]


@pytest.mark.parametrize(
    ("body", "texts"),
    [
        (b'{"prompt":"a"}', ["a"]),
        (b'{"inputText":"a"}', ["a"]),
        (b'{"texts":["a","b"]}', ["a", "b"]),
        (b'{"query":"q","documents":["a","b"]}', ["q", "a", "b"]),
    ],
)
def test_what_each_family_is_given_is_told(body, texts):
    assert [part["content"] for part in reader.given(body).messages[0]["parts"]] == texts
