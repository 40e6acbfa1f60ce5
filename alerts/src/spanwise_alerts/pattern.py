"""Patterns in RE2's syntax, as Alertmanager has them: whoever sends one, matching takes linear time."""

from __future__ import annotations

import functools
from typing import Any, Final

import re2 as _untyped  # pyright: ignore[reportMissingTypeStubs]  it has none

_re2: Final[Any] = _untyped
_ANSWERS_KEPT: Final = 65536
"""The same few values are asked for again and again."""


def check(pattern: str) -> None:
    """Raise ValueError where a pattern is no regular expression."""
    _compiled(pattern)


@functools.lru_cache(_ANSWERS_KEPT)
def meets(pattern: str, text: str) -> bool:
    """Whether the whole of a text meets a pattern."""
    return _compiled(pattern).fullmatch(text) is not None


@functools.lru_cache(4096)
def _compiled(pattern: str) -> Any:  # noqa: ANN401  the engine has no types
    options = _re2.Options()
    options.log_errors = False
    try:
        return _re2.compile(pattern, options)
    except (_re2.error, UnicodeError) as error:
        told: object = error.args[0] if error.args else error
        why = told.decode(errors="replace") if isinstance(told, bytes) else str(told)
        raise ValueError(
            f"got the pattern {pattern!r}, expected a regular expression in RE2's syntax: {why}"
        ) from error
