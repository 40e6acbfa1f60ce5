"""The arguments of a tool's call, as a digest: equal ones are recognised without being kept."""

from __future__ import annotations

import contextlib
import json
from hashlib import blake2b
from typing import Final

_LONGEST: Final = 65_536  # characters that are read as JSON; a longer text is only like itself
_DIGEST_BYTES: Final = 8


def digest(text: str) -> str:
    """Give 16 hexadecimal digits that JSON texts share which say the same, whatever the order and the spaces."""
    canonical = text
    if len(text) <= _LONGEST:
        with contextlib.suppress(ValueError, RecursionError):  # text that is no JSON is only like itself
            canonical = json.dumps(json.loads(text), sort_keys=True)
    return blake2b(canonical.encode("utf-8", "surrogatepass"), digest_size=_DIGEST_BYTES).hexdigest()
