"""Undoes letters that are written out by number, as in JSON that is itself a text, however often it was made one."""

import re
from typing import Final

SIGN: Final = "\\u"
# A pair that stands for one letter beyond the first 65,536, or any other letter.
_LETTER: Final = re.compile(
    r"\\{1,8}u([dD][89abAB][0-9A-Fa-f]{2})\\{1,8}u([dD][c-fC-F][0-9A-Fa-f]{2})|\\{1,8}u([0-9A-Fa-f]{4})"
)
_HIGH: Final = 0xD800
_LOW: Final = 0xDC00


def unescaped(text: str) -> str:
    """Give the text with its letters; half of a pair, which is none, stays as it is."""
    return _LETTER.sub(_letter, text)


def _letter(found: re.Match[str]) -> str:
    if found[1] is not None:
        return chr(0x10000 + ((int(found[1], 16) - _HIGH) << 10) + int(found[2], 16) - _LOW)
    code = int(found[3], 16)
    return found[0] if _HIGH <= code < 0xE000 else chr(code)  # noqa: PLR2004  the end of the halves
