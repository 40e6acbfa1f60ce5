"""Reads OpenAI embeddings, as OpenAI and every compatible server speak them."""

from typing import Any, Final

import msgspec

from spanwise.apis.api import Answer, Asked, Reader
from spanwise.apis.measure import count, read
from spanwise.apis.openai_wire import CompletionUsage, deployment_of, prompt_bytes, told_error

_OLLAMA: Final = "/api/embeddings"  # its own, older API


class _Model(msgspec.Struct, gc=False):
    model: str | None = None


class _Request(_Model, gc=False):
    dimensions: int | None = None
    encoding_format: str | None = None


class _Input(msgspec.Struct, gc=False):
    input: Any = None


class _Response(msgspec.Struct, gc=False):
    data: msgspec.Raw
    model: str | None = None
    id: str | None = None
    usage: CompletionUsage | None = None


_model = msgspec.json.Decoder(_Model)
_request = msgspec.json.Decoder(_Request)
_input = msgspec.json.Decoder(_Input)
_response = msgspec.json.Decoder(_Response)


class OpenAIEmbeddings(Reader):
    """Embeddings (`POST …/embeddings`): tokens go in, none come out."""

    operation = "embeddings"

    def recognises(self, path: str) -> bool:
        """Say whether a POST to this path asks for embeddings."""
        return path.endswith("/embeddings") and not path.endswith(_OLLAMA)

    def read_request(self, path: str, body: bytes) -> Asked:
        """Read model, dimensions and encoding; of Azure's older paths the deployment is the model."""
        asked = read(_request, body)
        if asked is None:  # something odd in it, which the provider will judge
            named = read(_model, body)
            return Asked(model=(named.model if named is not None else None) or deployment_of(path))
        return Asked(
            model=asked.model or deployment_of(path),
            dimensions=asked.dimensions,
            encoding_formats=(asked.encoding_format,) if asked.encoding_format else (),
        )

    def fold_body(self, body: bytes, answer: Answer) -> bool:
        """Fold a list of embeddings; some servers (Voyage, Jina) report the total only."""
        response = read(_response, body)
        if response is None:  # some gateways answer an error with status 200
            answer.error_type = told_error(body)
            return False
        answer.model = response.model
        answer.response_id = response.id
        answer.finished = True
        usage = response.usage
        if usage is not None:
            usage.fold(answer)
            answer.output_tokens = None
            if answer.input_tokens is None:
                answer.input_tokens = count(usage.total_tokens)
        return True

    def input_bytes(self, body: bytes) -> int:
        """Count the text; of texts sent as token numbers, each number is a token."""
        asked = read(_input, body)
        return prompt_bytes(asked.input) if asked is not None else 0
