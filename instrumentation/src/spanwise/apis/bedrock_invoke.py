"""Reads Amazon Bedrock's InvokeModel, plain and streamed, where each family of models has a form of its own.

The form tells the family, not the model's id: an inference profile or an imported model hides that.
"""

from base64 import b64decode
from binascii import Error as NotBase64Error
from collections.abc import Mapping
from typing import Any, Final

import msgspec
from msgspec.structs import replace

from spanwise.apis.anthropic_messages import AnthropicMessages
from spanwise.apis.api import Answer, Api, Asked, Reader
from spanwise.apis.bedrock_converse import BedrockConverse, exception_in, model_of
from spanwise.apis.bedrock_flat import FlatAnswer
from spanwise.apis.cohere_chat import CohereChat
from spanwise.apis.cohere_chat_v1 import CohereChatV1
from spanwise.apis.measure import count, elements, json_bytes, members, number, read
from spanwise.apis.openai_chat import OpenAIChat

_ANTHROPIC: Final = AnthropicMessages()
_NOVA: Final = BedrockConverse()
_COHERE: Final = CohereChat()
_COHERE_V1: Final = CohereChatV1()
_OPENAI: Final = OpenAIChat()

_MAX_TOKENS: Final = (
    "max_tokens",
    "max_gen_len",
    "maxTokenCount",
    "maxTokens",
    "max_new_tokens",
    "max_tokens_to_sample",
)
_TOP_P: Final = ("top_p", "topP", "p")
_TEXTS: Final = ("prompt", "inputText", "texts", "query", "documents")
_MOST_DIGITS: Final = 15
_NESTED: Final = ("textGenerationConfig", "inferenceConfig")


class _Metrics(msgspec.Struct, gc=False, rename="camel"):
    input_token_count: Any = None
    output_token_count: Any = None
    cache_read_input_token_count: Any = None
    cache_write_input_token_count: Any = None


class _Payload(msgspec.Struct, gc=False):
    bytes: str | None = None


class _Event(msgspec.Struct, gc=False):
    chunk: _Payload | None = None


class _Shape(msgspec.Struct, gc=False):
    """What is looked at to tell the form of an answer."""

    metrics: _Metrics | None = msgspec.field(default=None, name="amazon-bedrock-invocationMetrics")
    type: Any = None
    event_type: Any = None
    generation_id: msgspec.Raw = msgspec.Raw()
    message: msgspec.Raw = msgspec.Raw()
    choices: msgspec.Raw = msgspec.Raw()
    output: msgspec.Raw = msgspec.Raw()
    content_block_delta: msgspec.Raw = msgspec.field(default_factory=msgspec.Raw, name="contentBlockDelta")
    content_block_start: msgspec.Raw = msgspec.field(default_factory=msgspec.Raw, name="contentBlockStart")
    message_stop: msgspec.Raw = msgspec.field(default_factory=msgspec.Raw, name="messageStop")
    metadata: msgspec.Raw = msgspec.Raw()


_event = msgspec.json.Decoder(_Event)
_shape = msgspec.json.Decoder(_Shape)
_flat = msgspec.json.Decoder(FlatAnswer)
_given = msgspec.json.Decoder(dict[str, Any])
_names = msgspec.json.Decoder(dict[str, msgspec.Raw])


class BedrockInvoke(Reader):
    """The reader of `POST /model/{modelId}/invoke` and `…/invoke-with-response-stream`."""

    operation = "chat"
    provider: str | None = "aws.bedrock"

    def recognises(self, path: str) -> bool:
        """Say whether a POST to this path invokes a model."""
        return path.endswith(("/invoke", "/invoke-with-response-stream")) and "/model/" in path

    def read_request(self, path: str, body: bytes) -> Asked:
        """Read the model from the path, and operation, parameters and tool results from the body."""
        model, stream = model_of(path), path.endswith("-stream")
        names = read(_names, body)
        if names is None:
            return Asked(model, stream=stream)
        family = _family_asked(names)
        if family is not None:
            return replace(family.read_request("", body), model=model, stream=stream)
        given = read(_given, body) or {}
        told = {**given, **{key: value for name in _NESTED for key, value in members(given.get(name)).items()}}
        return Asked(
            model,
            stream=stream,
            operation=_operation(names, model or ""),
            max_tokens=next((count(told[name]) for name in _MAX_TOKENS if name in told), None),
            temperature=number(told.get("temperature")),
            top_p=next((number(told[name]) for name in _TOP_P if name in told), None),
        )

    def fold_headers(self, headers: Mapping[str, str], answer: Answer) -> None:
        """Take the usage that a plain answer has in its headers; what its body tells goes before it."""
        given = headers.get("x-amzn-bedrock-input-token-count")
        if given is None:
            return
        read_tokens = headers.get("x-amzn-bedrock-cache-read-input-token-count")
        written = headers.get("x-amzn-bedrock-cache-write-input-token-count")
        made = headers.get("x-amzn-bedrock-output-token-count")
        _settle(answer, *(_decimal(told) for told in (given, made, read_tokens, written)))

    def fold_body(self, body: bytes, answer: Answer) -> bool:
        """Fold the answer of any family; every object is one, as an imported model may answer in any form."""
        told_by_headers = (answer.input_tokens, answer.output_tokens)
        if not self._fold(body, answer, streamed=False):
            return False
        given, made = told_by_headers
        answer.input_tokens = given if answer.input_tokens is None else answer.input_tokens
        answer.output_tokens = made if answer.output_tokens is None else answer.output_tokens
        answer.finished = True
        return True

    def fold_event(self, data: bytes, answer: Answer) -> bool:
        """Fold one chunk, which holds the family's own event; the last one has the metrics."""
        event = read(_event, data)
        chunk = event.chunk if event is not None else None
        if chunk is None or chunk.bytes is None:
            answer.error_type = exception_in(data) or answer.error_type
            return False
        try:
            payload = b64decode(chunk.bytes)
        except (NotBase64Error, ValueError):
            return False
        self._fold(payload, answer, streamed=True)
        return False

    def input_bytes(self, body: bytes) -> int:
        """Count the text that the model is given, as its family tells it."""
        names = read(_names, body)
        if names is None:
            return 0
        family = _family_asked(names)
        if family is not None:
            return family.input_bytes(body)
        given = read(_given, body) or {}
        parts = [part for name in _TEXTS for part in (elements(given.get(name)) or [given.get(name)])]
        return sum(json_bytes(part) for part in parts)

    def _fold(self, data: bytes, answer: Answer, *, streamed: bool) -> bool:
        shape = read(_shape, data)
        if shape is None:
            return False
        family = _family_told(shape)
        if family is not None:
            (family.fold_event if streamed else family.fold_body)(data, answer)
        if family is None or family is _OPENAI:  # some who speak like OpenAI put the end in words of their own
            flat = read(_flat, data)
            if flat is not None:
                flat.fold(answer, measured=family is not None)
        if shape.metrics is not None:
            _fold_metrics(shape.metrics, answer)
            answer.finished = True
        return True


def _family_asked(names: Mapping[str, object]) -> Api | None:
    """Give the reader of a request's form; None for the flat ones."""
    if "anthropic_version" in names and "messages" in names:
        return _ANTHROPIC
    if "inferenceConfig" in names or "schemaVersion" in names or "toolConfig" in names:
        return _NOVA if "messages" in names else None
    if "messages" in names:
        return _OPENAI
    return _COHERE_V1 if "message" in names else None


def _family_told(shape: _Shape) -> Api | None:
    """Give the reader of an answer's form; None for the flat ones."""
    if shape.choices:
        return _OPENAI
    if shape.output or shape.content_block_delta or shape.content_block_start or shape.message_stop or shape.metadata:
        return _NOVA
    if shape.event_type is not None or shape.generation_id:
        return _COHERE_V1
    if isinstance(shape.type, str):
        return _COHERE if "-" in shape.type else _ANTHROPIC  # content-delta, content_block_delta
    return _COHERE if shape.message else None


def _operation(names: Mapping[str, object], model: str) -> str:
    if "query" in names and "documents" in names:
        return "rerank"
    if "input_type" in names or "texts" in names or "embed" in model:
        return "embeddings"
    if "prompt" in names or "inputText" in names:
        return "text_completion"
    return "generate_content" if "taskType" in names else "chat"  # images and video


def _fold_metrics(metrics: _Metrics, answer: Answer) -> None:
    """Take Bedrock's own counts where the family's events told none."""
    told = (answer.input_tokens, answer.output_tokens, answer.cache_read_tokens, answer.cache_write_tokens)
    _settle(
        answer,
        count(metrics.input_token_count),
        count(metrics.output_token_count),
        count(metrics.cache_read_input_token_count),
        count(metrics.cache_write_input_token_count),
    )
    if told[0] is not None:
        answer.input_tokens, answer.cache_read_tokens, answer.cache_write_tokens = told[0], told[2], told[3]
    if told[1] is not None:
        answer.output_tokens = told[1]


def _settle(answer: Answer, given: int | None, made: int | None, cached: int | None, written: int | None) -> None:
    """Put counts into the answer, of which the input leaves out the cache."""
    answer.input_tokens = None if given is None else given + (cached or 0) + (written or 0)
    answer.output_tokens, answer.cache_read_tokens, answer.cache_write_tokens = made, cached, written


def _decimal(told: str | None) -> int | None:
    return count(int(told)) if told is not None and told.isdecimal() and len(told) <= _MOST_DIGITS else None
