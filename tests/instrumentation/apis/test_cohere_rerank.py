import json

import pytest

from spanwise.apis.api import Answer, Asked
from spanwise.apis.cohere_rerank import CohereRerank

API = CohereRerank()


@pytest.mark.parametrize(("path", "owned"), [("/v2/rerank", True), ("/v1/rerank", True), ("/rerank", False)])
def test_ranking_of_both_versions_is_recognised(path, owned):
    assert API.recognises(path) is owned


def test_request_is_read():
    assert API.read_request("/v2/rerank", b'{"model":"rerank-v3.5","query":"q","documents":[]}') == Asked("rerank-v3.5")
    assert API.read_request("/v2/rerank", b"{") == Asked()


@pytest.mark.parametrize(
    ("told", "tokens"),
    [
        ({"id": "x", "results": [{"index": 0}], "meta": {"billed_units": {"search_units": 1}}}, None),
        ({"model": "jina-reranker-v2", "results": [], "usage": {"total_tokens": 15}}, 15),
        ({"object": "list", "data": [{"index": 0}], "model": "rerank-2", "usage": {"total_tokens": 15}}, 15),
    ],
    ids=["cohere", "jina", "voyage"],
)
def test_tokens_are_told_by_those_who_count_them(told, tokens):
    answer = Answer()
    assert API.fold_body(json.dumps(told).encode(), answer)
    assert (answer.input_tokens, answer.output_tokens, answer.finished) == (tokens, None, True)


@pytest.mark.parametrize("text", [b"", b"[]", b'{"message":"no"}', b'{"results":[{'])
def test_what_is_no_ranking_is_refused(text):
    assert not API.fold_body(text, Answer())


def test_input_is_the_query_with_each_document():
    request = {"query": "12", "documents": ["345", {"text": "67"}]}
    assert API.input_bytes(json.dumps(request).encode()) == 5 + 4
    assert API.input_bytes(b"{") == 0
