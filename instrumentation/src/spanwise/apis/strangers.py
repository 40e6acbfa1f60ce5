"""Tells a call of an API from a request that somebody else's service takes under the same path.

`/api/chat` is Ollama's, and that of many an application. Where nobody knows the host, a request there is a call only
where it names a model and gives it something to read, as every request of these APIs does.
"""

from collections.abc import Mapping
from typing import Final

import msgspec

from spanwise.apis.api import Asked
from spanwise.apis.measure import read
from spanwise.apis.openai_wire import CHATS

_LIST: Final = b"["
_TEXT: Final = b'"'
_OBJECT: Final = b"{"
# The last part of a path that others use too -> the members of which a request has one, and how their values begin.
_SHARED: Final[Mapping[str, Mapping[str, bytes]]] = {
    "chat": {"messages": _LIST, "message": _TEXT},
    "messages": {"messages": _LIST},
    "responses": {
        "input": _LIST + _TEXT,
        "prompt": _OBJECT,
        "previous_response_id": _TEXT,
        "conversation": _OBJECT + _TEXT,
    },
    "compact": {"input": _LIST + _TEXT, "previous_response_id": _TEXT},
    "completions": {"prompt": _LIST + _TEXT},
    "generate": {"prompt": _TEXT},
    "embeddings": {"input": _LIST + _TEXT, "prompt": _TEXT},
    "embed": {"input": _LIST + _TEXT, "inputs": _LIST, "texts": _LIST, "images": _LIST},
    "rerank": {"documents": _LIST},
    "interactions": {"input": _LIST + _TEXT + _OBJECT},
}

_members = msgspec.json.Decoder(dict[str, msgspec.Raw])


def calls(path: str, asked: Asked, body: bytes) -> bool:
    """Say whether a request to an unknown host is a call of the API that its path says.

    Paths that nobody else uses are believed, whatever is sent there.
    """
    inputs = _SHARED.get(path.rpartition("/")[2])
    if inputs is None or path.endswith(CHATS):
        return True
    if asked.model is None:
        return False
    given = read(_members, body) or {}
    return any(name in given and bytes(given[name])[:1] in starts for name, starts in inputs.items())
