"""What Gemini's APIs share on the wire: usage, models in paths, two spellings, text and errors."""

# ruff: noqa: N815  fields are named as they are on the wire

from typing import Any, Final
from urllib.parse import unquote

import msgspec

from spanwise.apis.api import Answer
from spanwise.apis.measure import count, json_bytes, members, read, text_bytes, word

_INPUTS: Final = ("systemInstruction", "system_instruction", "contents", "content", "requests", "instances")
_TEXTS: Final = frozenset(
    {
        "parts",
        "text",
        "content",
        "code",
        "output",
        "executableCode",
        "executable_code",
        "codeExecutionResult",
        "code_execution_result",
        "functionCall",
        "function_call",
        "functionResponse",
        "function_response",
    }
)
_DOCUMENTS: Final = frozenset({"args", "response"})

_any: msgspec.json.Decoder[Any] = msgspec.json.Decoder()


class Usage(msgspec.Struct, gc=False):
    """Usage in the words of `generateContent`."""

    promptTokenCount: Any = None
    toolUsePromptTokenCount: Any = None
    candidatesTokenCount: Any = None
    thoughtsTokenCount: Any = None
    cachedContentTokenCount: Any = None
    totalTokenCount: Any = None
    trafficType: str | None = None

    def fold(self, answer: Answer) -> None:
        """Add tool use to the prompt and thoughts to the candidates; a count that is nought is left out on the wire.

        Source: `GenerateContentResponse.UsageMetadata`: the total is the sum of prompt, tool use, candidates and
        thoughts, and cached content is part of the prompt.
        """
        prompt, total = count(self.promptTokenCount), count(self.totalTokenCount)
        said, thought = count(self.candidatesTokenCount), count(self.thoughtsTokenCount)
        if prompt is not None:
            prompt += count(self.toolUsePromptTokenCount) or 0
            answer.input_tokens = prompt
        if said is not None:
            within = prompt is not None and total == prompt + said  # some models count thoughts in already
            answer.output_tokens = said if within else said + (thought or 0)
        elif prompt is not None and total is not None and total >= prompt:
            answer.output_tokens = total - prompt
        elif thought is not None:
            answer.output_tokens = thought
        if self.cachedContentTokenCount is not None:
            answer.cache_read_tokens = count(self.cachedContentTokenCount)
        if thought is not None:
            answer.reasoning_tokens = thought


def model_of(path: str) -> str | None:
    """Name the model in `…/models/{model}:verb`; of another collection, such as Vertex AI's endpoints, that too."""
    collection, _, rest = path.rpartition("/")
    collection = collection.rpartition("/")[2]
    model = unquote(rest.rpartition(":")[0])
    if not (model and collection):
        return None
    return model if collection == "models" else f"{collection}/{model}"


def either(camel: Any, snake: Any) -> Any:  # noqa: ANN401  of any type is what it sorts out
    """Give what is told in camelCase, else in snake_case: Google takes both."""
    return snake if camel is None else camel


def input_bytes(body: bytes) -> int:
    """Count the UTF-8 bytes of the text in a request, tool definitions among it; no images, sound or files."""
    asked = members(read(_any, body))
    return json_bytes(asked.get("tools")) + sum(text_bytes(asked.get(key), _TEXTS, _DOCUMENTS) for key in _INPUTS)


def error_type(error: object) -> str:
    """Name an error told inside an answer by its status, else its code."""
    told = members(error)
    return word(told.get("status")) or str(count(told.get("code")) or "stream_error")
