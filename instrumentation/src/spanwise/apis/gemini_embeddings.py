"""Reads Gemini's embeddings, one or many at once, of the Gemini API and of Vertex AI."""

# ruff: noqa: N815  fields are named as they are on the wire

from typing import Any, Final

import msgspec

from spanwise.apis import gemini_wire
from spanwise.apis.api import Answer, Asked, Reader
from spanwise.apis.measure import count, read

_EMBEDS: Final = (":embedContent", ":batchEmbedContents")
_PREDICTS: Final = ":predict"  # Vertex AI's older way to everything that is no text, embeddings among it
_PUBLISHED: Final = "/publishers/google/models/"


class _Parameters(msgspec.Struct, gc=False):
    outputDimensionality: Any = None


class _Request(msgspec.Struct, gc=False):
    outputDimensionality: Any = None
    output_dimensionality: Any = None
    requests: list[_Parameters] | None = None  # batchEmbedContents
    parameters: _Parameters | None = None  # predict


class _Usage(msgspec.Struct, gc=False):
    promptTokenCount: Any = None


class _Vector(msgspec.Struct, gc=False):
    """Of an embedding only that it is there."""


class _Statistics(msgspec.Struct, gc=False):
    token_count: Any = None


class _Embeddings(msgspec.Struct, gc=False):
    statistics: _Statistics | None = None


class _Prediction(msgspec.Struct, gc=False):
    embeddings: _Embeddings | None = None


class _Response(msgspec.Struct, gc=False):
    embedding: _Vector | None = None
    embeddings: list[_Vector] | None = None
    predictions: list[_Prediction] | None = None
    usageMetadata: _Usage | None = None
    error: Any = None


_request = msgspec.json.Decoder(_Request)
_response = msgspec.json.Decoder(_Response)


class GeminiEmbeddings(Reader):
    """The reader of `POST …/models/{model}:embedContent` and its kin."""

    operation = "embeddings"
    provider: str | None = "gcp.gen_ai"

    def recognises(self, path: str) -> bool:
        """Say whether a POST to this path asks for embeddings now; batches that are fetched later are none."""
        if path.endswith(_EMBEDS):
            return gemini_wire.model_of(path) is not None
        return path.endswith(_PREDICTS) and "embedding" in path.rpartition(_PUBLISHED)[2] and _PUBLISHED in path

    def read_request(self, path: str, body: bytes) -> Asked:
        """Read the model from the path, and the dimensions that are asked for."""
        model = gemini_wire.model_of(path)
        asked = read(_request, body)
        if asked is None:
            return Asked(model)
        dimensions = gemini_wire.either(asked.outputDimensionality, asked.output_dimensionality)
        first = asked.parameters or (asked.requests[0] if asked.requests else None)
        if dimensions is None and first is not None:
            dimensions = first.outputDimensionality
        return Asked(model, dimensions=count(dimensions))

    def fold_body(self, body: bytes, answer: Answer) -> bool:
        """Fold embeddings: one, many, or Vertex AI's predictions, which count the tokens of each."""
        response = read(_response, body)
        if response is None:
            return False
        if response.error is not None:
            answer.error_type = gemini_wire.error_type(response.error)
            return False
        if response.embedding is None and response.embeddings is None and response.predictions is None:
            return False
        if response.usageMetadata is not None:
            answer.input_tokens = count(response.usageMetadata.promptTokenCount)
        elif response.predictions:
            answer.input_tokens = _predicted_tokens(response.predictions)
        answer.finished = True
        return True

    def input_bytes(self, body: bytes) -> int:
        """Count the text that is to be embedded."""
        return gemini_wire.input_bytes(body)


def _predicted_tokens(predictions: list[_Prediction]) -> int | None:
    """Sum the tokens of all predictions; one that does not tell its own leaves the sum unknown."""
    tokens = [
        count(prediction.embeddings.statistics.token_count)
        if prediction.embeddings is not None and prediction.embeddings.statistics is not None
        else None
        for prediction in predictions
    ]
    known = [each for each in tokens if each is not None]
    return sum(known) if len(known) == len(tokens) else None
