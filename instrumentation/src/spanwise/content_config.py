"""Reads what is to be captured of content, and what is to be redacted in it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from spanwise.reader import Reader

Redactor = Callable[[str, str], str | None]
"""Takes a text and the attribute it is for; gives the text that may leave, or None to leave it out."""

CAPTURE: Final = "OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT"
REDACT: Final = "SPANWISE_REDACT"
MOST_BYTES: Final = "SPANWISE_CONTENT_MAX_BYTES"
KINDS: Final = ("api_key", "authorization", "jwt", "private_key", "card_number", "email")
DEFAULT_MOST_BYTES: Final = 32 * 1024
LEAST_BYTES: Final = 256
# Word -> whether content is on spans, and on events.
_MODES: Final = {
    "no_content": (False, False),
    "span_only": (True, False),
    "event_only": (False, True),
    "span_and_event": (True, True),
    "true": (True, False),
    "false": (False, False),
}


@dataclass(frozen=True, slots=True)
class Content:
    """What is captured of what is said to and by models."""

    on_spans: bool = False
    on_events: bool = False
    redact: tuple[str, ...] = KINDS
    most_bytes: int = DEFAULT_MOST_BYTES
    """Of an attribute."""


def read(reader: Reader) -> Content:
    """Read what is to be captured; faults go to the reader."""
    on_spans, on_events = _MODES.get(reader.choice(CAPTURE, tuple(_MODES)), (False, False))
    most_bytes = reader.whole(MOST_BYTES, LEAST_BYTES) or DEFAULT_MOST_BYTES
    return Content(on_spans, on_events, _kinds(reader), most_bytes)


def _kinds(reader: Reader) -> tuple[str, ...]:
    named = tuple(name.lower() for name in reader.names(REDACT)) or ("all",)
    if named in {("all",), ("none",)}:
        return KINDS if named == ("all",) else ()
    for name in named:
        if name not in KINDS:
            reader.wrong(REDACT, name, f"all, none, or some of {', '.join(KINDS)}")
    return tuple(kind for kind in KINDS if kind in named)
