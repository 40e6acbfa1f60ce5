"""Reads Cohere's embeddings of both versions."""

from typing import Any

import msgspec

from spanwise.apis.api import Answer, Asked, Reader
from spanwise.apis.cohere_wire import TEXTS, CohereUsage
from spanwise.apis.measure import count, elements, read, text_bytes, word


class _Request(msgspec.Struct, gc=False):
    model: Any = None
    output_dimension: Any = None
    embedding_types: Any = None


class _Text(msgspec.Struct, gc=False):
    texts: Any = None
    inputs: Any = None


class _Response(msgspec.Struct, gc=False):
    id: Any = None
    embeddings: msgspec.Raw = msgspec.Raw()
    meta: CohereUsage | None = None


_request = msgspec.json.Decoder(_Request)
_text = msgspec.json.Decoder(_Text)
_response = msgspec.json.Decoder(_Response)


class CohereEmbed(Reader):
    """The reader of `POST …/v2/embed` and `…/v1/embed`."""

    operation = "embeddings"
    provider: str | None = "cohere"

    def recognises(self, path: str) -> bool:
        """Say whether a POST to this path asks for embeddings."""
        return path.endswith(("/v2/embed", "/v1/embed"))

    def read_request(self, path: str, body: bytes) -> Asked:
        """Read model, dimensions and encodings."""
        del path
        asked = read(_request, body)
        if asked is None:
            return Asked()
        formats = tuple(told for kind in elements(asked.embedding_types) if (told := word(kind)))
        return Asked(word(asked.model), dimensions=count(asked.output_dimension), encoding_formats=formats)

    def fold_body(self, body: bytes, answer: Answer) -> bool:
        """Fold an embeddings response."""
        response = read(_response, body)
        if response is None or not response.embeddings:
            return False
        answer.response_id = word(response.id)
        if response.meta is not None:
            response.meta.fold(answer)
        answer.finished = True
        return True

    def input_bytes(self, body: bytes) -> int:
        """Count the texts to embed."""
        asked = read(_text, body)
        return 0 if asked is None else text_bytes(asked.texts, TEXTS) + text_bytes(asked.inputs, TEXTS)
