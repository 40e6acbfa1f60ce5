"""What Gemini's generation and embeddings share on the wire: models in paths, two spellings, text and errors."""

from typing import Any, Final
from urllib.parse import unquote

import msgspec

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
