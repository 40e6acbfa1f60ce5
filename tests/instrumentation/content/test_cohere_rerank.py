from spanwise.content import cohere_rerank as reader


def test_the_query_and_each_document_are_told():
    body = b'{"query":"q","documents":["a",{"text":"b"},{"title":"c"},7]}'
    assert reader.given(body).messages[0]["parts"] == [
        {"type": "text", "content": "q"},
        {"type": "document", "content": "a"},
        {"type": "document", "content": "b"},
        {"type": "document", "content": {"title": "c"}},
    ]


def test_places_and_broken_bodies_say_nothing():
    assert reader.given(b"{").messages == reader.answered(b'{"results":[]}') == reader.streamed([], b"") == []
