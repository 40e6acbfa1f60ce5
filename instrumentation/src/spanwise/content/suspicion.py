"""Says which kinds of secrets JSON may hold at all, in a fraction of the time that looking for them takes."""

import re
from collections.abc import Collection
from typing import Final

# A run of sixteen characters of which keys and tokens are made.
_TOKEN: Final = bytes(120 if chr(code).isalnum() or chr(code) in "_-" else 32 for code in range(128)) + b" " * 128
_RUN: Final = b"x" * 16
_BEGINS: Final = re.compile(
    rb"sk-|AIza|AKIA|ASIA|gh[oprsu]_|github_pat_|glpat-|xox[a-z]-|hf_|gsk_|xai-|pplx-|[prs]k_(?:live|test)_|eyJ"
)
# Thirteen digits, whatever blanks and hyphens are between them.
_DIGIT: Final = bytes(48 if 48 <= code < 58 else 120 for code in range(256))  # noqa: PLR2004
_NO_DIGITS: Final = bytes(code for code in range(256) if not 48 <= code < 58)  # noqa: PLR2004
_CARD: Final = b"0" * 13
_KEY_NAME: Final = b'key":'
_TOKEN_NAME: Final = b'token":'
_SECRET_NAME: Final = b'secret":'
ESCAPED: Final = b"\\\\u"
"""How a text that is JSON itself may hide a letter from a scan."""
EMBEDDED: Final = b";base64,"


def holds(data: bytes, sign: bytes) -> bool:
    """Say whether a sign is there, of which the first byte is rare: one byte is looked for ten times as fast."""
    return sign[:1] in data and sign in data


def kinds_in(data: bytes, wanted: Collection[str]) -> frozenset[str]:
    """Give the kinds that may occur in JSON whose letters are not escaped; every kind that does is among them."""
    found: set[str] = set()
    if "email" in wanted and b"@" in data:
        found.add("email")
    if "private_key" in wanted and b"-----BEGIN" in data:
        found.add("private_key")
    digits = len(data.translate(None, _NO_DIGITS))
    if digits >= len(_CARD) and "card_number" in wanted and _CARD in data.translate(_DIGIT, b" -"):
        found.add("card_number")
    if "authorization" in wanted or "api_key" in wanted:
        lowered = data.lower()
        if b"bearer" in lowered or b"authorization" in lowered:
            found.add("authorization")
        if _KEY_NAME in lowered or _TOKEN_NAME in lowered or _SECRET_NAME in lowered:
            found.add("api_key")
    if _tokens(data):
        found |= {"api_key", "jwt"}
    return frozenset(found.intersection(wanted))


def _tokens(data: bytes) -> bool:
    """Say whether a run of letters and digits is long enough for a key, and begins like one somewhere."""
    runs = data.translate(_TOKEN)
    at = runs.find(_RUN)
    while at >= 0:
        end = runs.find(b" ", at)
        end = len(runs) if end < 0 else end
        if _BEGINS.search(data, runs.rfind(b" ", 0, at) + 1, end):
            return True
        at = runs.find(_RUN, end)
    return False
