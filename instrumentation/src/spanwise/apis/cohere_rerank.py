"""Reads reranking as Cohere speaks it, and Jina, Voyage and vLLM after it."""

from typing import Any

import msgspec

from spanwise.apis.api import Answer, Asked, Reader
from spanwise.apis.cohere_wire import CohereUsage
from spanwise.apis.measure import count, elements, json_bytes, members, read, word


class _Request(msgspec.Struct, gc=False):
    model: Any = None


class _Text(msgspec.Struct, gc=False):
    query: Any = None
    documents: Any = None


class _Usage(msgspec.Struct, gc=False):
    total_tokens: Any = None


class _Response(msgspec.Struct, gc=False):
    id: Any = None
    model: Any = None
    results: msgspec.Raw = msgspec.Raw()
    data: msgspec.Raw = msgspec.Raw()  # Voyage
    meta: CohereUsage | None = None
    usage: _Usage | None = None


_request = msgspec.json.Decoder(_Request)
_text = msgspec.json.Decoder(_Text)
_response = msgspec.json.Decoder(_Response)


class CohereRerank(Reader):
    """The reader of `POST …/v2/rerank` and `…/v1/rerank`."""

    operation = "rerank"
    provider: str | None = "cohere"

    def recognises(self, path: str) -> bool:
        """Say whether a POST to this path asks to rank documents."""
        return path.endswith(("/v2/rerank", "/v1/rerank"))

    def read_request(self, path: str, body: bytes) -> Asked:
        """Read the model."""
        del path
        asked = read(_request, body)
        return Asked() if asked is None else Asked(word(asked.model))

    def fold_body(self, body: bytes, answer: Answer) -> bool:
        """Fold a ranking; Cohere bills searches and tells no tokens, the others tell them."""
        response = read(_response, body)
        if response is None or not (response.results or response.data):
            return False
        answer.response_id, answer.model = word(response.id), word(response.model)
        if response.meta is not None:
            response.meta.fold(answer)
        if response.usage is not None:
            answer.input_tokens = count(response.usage.total_tokens)
        answer.finished = True
        return True

    def input_bytes(self, body: bytes) -> int:
        """Count the query with each document, as both are read together."""
        asked = read(_text, body)
        if asked is None:
            return 0
        query = json_bytes(asked.query)
        return sum(query + json_bytes(members(each).get("text", each)) for each in elements(asked.documents))
