"""Texts of strangers made plain: nothing that cannot be seen, cut with a mark, links that lead where they say."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final
from urllib.parse import quote, urlsplit, urlunsplit

CUT: Final = "…"
# what holds the parts of one letter or emoji together
_JOINERS: Final = frozenset("\u200c\u200d")
_WORD_JOINER: Final = "\u2060"
_HOST: Final = re.compile(r"(?:[A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\])(?::\d{1,5})?")
_LOOKED_AT: Final = 8
_MAX_URL_CHARS: Final = 2000
# all that a link may have but what some chat reads as the end of it, or as more than a link
_AS_THEY_ARE: Final = "/?:@!$&+,;=%#-._~"
# what chats make links, mentions, tags and commands of: a scheme, a name after a mark, the ending of a domain
_LINKING: Final = re.compile(r"(:(?=//)|[@#](?=\w)|(?<=\w)\.(?=[^\W\d_]{2})|(?<!\S)/(?=\w)|(?<!\w)\$(?=[A-Z]))")
# full-width twins, which stand as far from ASCII as these do
_TWIN: Final = 0xFEE0
_LOOK_ALIKES: Final = {ord(char): ord(char) + _TWIN for char in "*`#[]()<>|~\\!@&"}
_UNDERSCORE: Final = re.compile(r"(?<![^\W_])_|_(?![^\W_])")
_RULE: Final = re.compile(r"[-+=]+(?=\s|$)|\d+[.](?=\s|$)")
_RULES: Final = {ord(char): ord(char) + _TWIN for char in "-+=."}


def plain(text: str, most: int) -> str:
    """Make a text one line of what can be seen, and cut it to `most` characters."""
    # of a text that is much longer only the beginning is looked at
    head = text[: most * _LOOKED_AT]
    seen = head if head.isprintable() else "".join(c if c.isprintable() or c in _JOINERS else " " for c in head)
    shown = " ".join(seen.split())
    return cut(f"{shown}{CUT}" if len(text) > len(head) else shown, most)


def cut(text: str, most: int, size: Callable[[str], int] = len) -> str:
    """Cut a text so that its size is `most`, the mark of a cut included; the size of a text is that of its parts."""
    if size(text) <= most:
        return text
    room = most - size(CUT)
    for place, char in enumerate(text):
        room -= size(char)
        if room < 0:
            return text[:place].rstrip() + CUT
    return text


def utf8_bytes(text: str) -> int:
    """Return how many bytes a text has on the wire."""
    return len(text.encode("utf-8"))


def utf16_units(text: str) -> int:
    """Return how long a text is for who counts as JavaScript does."""
    return len(text.encode("utf-16-le")) // 2


def safe_link(raw: str) -> str:
    """Return a link as it can stand anywhere; empty for what is none, or hides where it leads."""
    if not raw or len(raw) > _MAX_URL_CHARS or not raw.isascii() or not raw.isprintable() or " " in raw:
        return ""
    try:
        parts = urlsplit(raw)
        host = parts.hostname
    except ValueError:
        return ""
    if parts.scheme not in {"http", "https"} or not host or not _HOST.fullmatch(parts.netloc):
        return ""
    path, query, fragment = (quote(part, safe=_AS_THEY_ARE) for part in parts[2:])
    made = urlunsplit((parts.scheme, parts.netloc, path, query, fragment))
    return made if len(made) <= _MAX_URL_CHARS else ""


def unlinked(text: str) -> str:
    """Break what a chat would make a link, a mention, a tag or a command of; nobody sees where."""
    return _LINKING.sub(rf"\1{_WORD_JOINER}", text)


def look_alike(text: str) -> str:
    """Put letters that look alike in place of Markdown's, for dialects that have no way to escape them."""
    begins = _RULE.match(text)
    end = begins.end() if begins else 0
    return unlinked(
        _UNDERSCORE.sub(chr(ord("_") + _TWIN), (text[:end].translate(_RULES) + text[end:]).translate(_LOOK_ALIKES))
    )
