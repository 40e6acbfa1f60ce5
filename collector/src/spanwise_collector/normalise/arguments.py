"""What a tool is called with and gives back, as digests: equal ones are recognised without being kept."""

from __future__ import annotations

import contextlib
import json
from hashlib import blake2b
from typing import Final

_LONGEST: Final = 65_536  # characters that are read as JSON; a longer text is only like itself
_DIGEST_BYTES: Final = 8
_MADE: Final = "keyed:"
"""So begins a digest that the sender made."""


def digest(text: str) -> str:
    """Give 16 hexadecimal digits that JSON texts share which say the same, whatever the order and the spaces."""
    if text.startswith(_MADE):
        return text
    canonical = text
    if len(text) <= _LONGEST:
        with contextlib.suppress(ValueError, RecursionError):  # text that is no JSON is only like itself
            canonical = json.dumps(json.loads(text), sort_keys=True)
    return _hashed(canonical)


def digest_as_is(text: str) -> str:
    """Give 16 hexadecimal digits that equal texts share; results are too long to be read."""
    return text if text.startswith(_MADE) else _hashed(text)


def _hashed(text: str) -> str:
    return blake2b(text.encode("utf-8", "surrogatepass"), digest_size=_DIGEST_BYTES).hexdigest()
