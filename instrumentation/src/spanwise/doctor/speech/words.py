"""What the doctor's server says, whatever the protocol."""

from typing import Final

import msgspec

WORDS: Final = ("The ", "Danube ", "flows ", "east.")
_TOO_MANY: Final = 429


class Wanted(msgspec.Struct):
    """What the server wants to know of a request."""

    stream: bool = False
    stream_options: dict[str, object] | None = None


def refusal_headers(status: int) -> dict[str, str]:
    """Ask to come again at once where there was too much."""
    return {"retry-after": "0", "retry-after-ms": "1"} if status == _TOO_MANY else {}
