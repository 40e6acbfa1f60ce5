"""Alertmanager's matchers, as `filter=` of the API has them: name="v", name!="v", name=~"re", name!~"re"."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Final

_NAME: Final = r"[a-zA-Z_:][a-zA-Z0-9_:]*"
_VALUE: Final = r'"((?:[^"\\]|\\.)*)"|((?![=~])[^"]*?)'
_MATCHER: Final = re.compile(rf"\s*({_NAME})\s*(=~|!~|!=|=)\s*(?:{_VALUE})\s*")
_ESCAPE: Final = re.compile(r"\\(.)")

Matcher = Callable[[Mapping[str, str]], bool]


def matcher(text: str) -> Matcher:
    """Read one matcher; a label that is not there counts as empty, and a pattern matches the whole value.

    Raises:
        ValueError: it is none, or its pattern is no regular expression.
    """
    match = _MATCHER.fullmatch(text.strip().removeprefix("{").removesuffix("}"))
    if not match:
        raise ValueError(f'bad matcher format: {text}; expected name="value", with one of = != =~ !~')
    name, operator, quoted, bare = match.groups()
    wanted = _ESCAPE.sub(lambda m: "\n" if m[1] == "n" else m[1], quoted) if quoted is not None else bare
    if operator in {"=", "!="}:
        return lambda labels: (labels.get(name, "") == wanted) == (operator == "=")
    try:
        pattern = re.compile(wanted)
    except re.error as error:
        raise ValueError(f"bad matcher format: {text}; no regular expression: {error}") from error
    return lambda labels: bool(pattern.fullmatch(labels.get(name, ""))) == (operator == "=~")
