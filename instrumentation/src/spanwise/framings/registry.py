"""Finds how a response is cut: by its content type, or by how it starts where that says too little."""

from collections.abc import Callable
from functools import lru_cache

from spanwise.framings.aws_event_stream import Messages
from spanwise.framings.framing import Framing
from spanwise.framings.json_array import Elements
from spanwise.framings.json_lines import Lines
from spanwise.framings.sse import Events

_BY_TYPE: dict[str, Callable[[], Framing]] = {
    "text/event-stream": Events,
    "application/x-ndjson": Lines,
    "application/ndjson": Lines,
    "application/jsonl": Lines,
    "application/x-jsonlines": Lines,
    "application/stream+json": Lines,
    "application/vnd.amazon.eventstream": Messages,
}
_BY_START: tuple[tuple[bytes, Callable[[], Framing]], ...] = (
    (b"[", Elements),
    (b"data:", Events),
    (b"event:", Events),
    (b"id:", Events),
    (b"retry:", Events),
    (b":", Events),
)
LONGEST_START = max(len(start) for start, _ in _BY_START)


def by_type(content_type: str) -> Framing | None:
    """Give the framing of a content type; None where it names no stream."""
    made = _made_by(content_type)
    return None if made is None else made()


@lru_cache(maxsize=64)
def _made_by(content_type: str) -> Callable[[], Framing] | None:
    return _BY_TYPE.get(content_type.partition(";")[0].strip().lower())


def by_start(start: bytes) -> Framing | None:
    """Give the framing of what was asked for as a stream and starts like this; None where it is one whole answer."""
    start = start.lstrip()
    return next((made() for sign, made in _BY_START if start.startswith(sign)), None)
