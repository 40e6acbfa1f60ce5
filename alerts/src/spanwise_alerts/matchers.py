"""Matchers of labels as Alertmanager has them: `a="b"`, `a!="b"`, `a=~"b.*"`, `a!~"b.*"`; as texts and as objects."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal

from spanwise_alerts.pattern import check, meets

Operator = Literal["=", "!=", "=~", "!~"]

_CLASSIC_NAME: Final = re.compile(r"[a-zA-Z_:][a-zA-Z0-9_:]*")
_CLASSIC: Final = re.compile(r"\s*([a-zA-Z_:][a-zA-Z0-9_:]*)\s*(=~|!~|!=|=)\s*(.*?)\s*", re.DOTALL)
_BARE: Final = r"[^\s{}!=~,\\'\"`]+"
_QUOTED: Final = r'"(?:[^"\\\n]|\\.)*"'
_NEW: Final = re.compile(rf"\s*({_QUOTED}|{_BARE})\s*(=~|!~|!=|=)\s*({_QUOTED}|{_BARE})\s*", re.DOTALL)
_ESCAPE: Final = re.compile(r"\\(?:x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|([0-7]{3})|(.))|\\", re.DOTALL)
_CONTROL: Final = {"a": "\a", "b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v", "\\": "\\", '"': '"'}


@dataclass(frozen=True, slots=True)
class Matcher:
    """One condition on one label; a label that is not there counts as empty, a pattern matches the whole value.

    Attributes:
        name: of the label; any text.
        value: or the pattern, in RE2's syntax.
        is_regex: whether `value` is a pattern.
        is_equal: False for `!=` and `!~`.
    """

    name: str
    value: str
    is_regex: bool = False
    is_equal: bool = True

    def __post_init__(self) -> None:
        if not self.name:
            raise ValueError("got a matcher without a name, expected the name of a label")
        if self.is_regex:
            check(self.value)

    def matches(self, labels: Mapping[str, str]) -> bool:
        """Whether labels meet the condition."""
        found = labels.get(self.name, "")
        held = meets(self.value, found) if self.is_regex else found == self.value
        return held == self.is_equal

    @property
    def operator(self) -> Operator:
        """How it is written."""
        if self.is_regex:
            return "=~" if self.is_equal else "!~"
        return "=" if self.is_equal else "!="

    def to_dict(self) -> dict[str, Any]:
        """Return it as the API writes it."""
        return {"name": self.name, "value": self.value, "isRegex": self.is_regex, "isEqual": self.is_equal}

    def __str__(self) -> str:
        name = self.name if _CLASSIC_NAME.fullmatch(self.name) else quoted(self.name)
        return f"{name}{self.operator}{quoted(self.value)}"


Matchers = tuple[Matcher, ...]
"""All must hold; none holds always."""


def matches_all(matchers: Iterable[Matcher], labels: Mapping[str, str]) -> bool:
    """Whether labels meet every condition."""
    return all(matcher.matches(labels) for matcher in matchers)


def written(matchers: Iterable[Matcher]) -> str:
    """Write them as `{a="b",c=~"d"}`, in Alertmanager's order."""
    return "{" + ",".join(map(str, ordered(matchers))) + "}"


def ordered(matchers: Iterable[Matcher]) -> Matchers:
    """Sort them as Alertmanager does: by name, value, operator."""
    operators = ("=", "!=", "=~", "!~")
    return tuple(sorted(matchers, key=lambda m: (m.name, m.value, operators.index(m.operator))))


def matcher_from(raw: Mapping[str, Any]) -> Matcher:
    """Read the API's object: `name`, `value`, `isRegex`, and `isEqual`, which is true where it is not said.

    Raises:
        ValueError: a key is missing or of another kind, or the pattern is none.
    """
    for key, kind, word in (("name", str, "a text"), ("value", str, "a text"), ("isRegex", bool, "true or false")):
        if not isinstance(raw.get(key, False if kind is bool else None), kind):
            raise ValueError(f"{key}: got {raw.get(key)!r}, expected {word}")  # noqa: TRY004  a fault of the sender
    is_equal = raw.get("isEqual", True)
    if is_equal is not None and not isinstance(is_equal, bool):
        raise ValueError(f"isEqual: got {is_equal!r}, expected true or false")
    return Matcher(raw["name"], raw["value"], raw.get("isRegex", False), is_equal is not False)


def parse_matchers(text: str) -> Matchers:
    """Read a list: `{a="b",c=~"d"}`, with or without the braces; `{}` is the empty one.

    Where both syntaxes read the text the classic one counts, as in Alertmanager's fallback mode.

    Raises:
        ValueError: one is none, or its pattern is no regular expression.
    """
    inner = _inner(text)
    if inner is None:
        raise _bad(text)
    parts = [part for part in _split(inner) if part.strip()]
    if not parts and not text.strip():
        raise _bad(text)
    return tuple(_parsed(part, text) for part in parts)


def parse_all(texts: Sequence[str]) -> Matchers:
    """Read a list of texts, each with one matcher or several.

    Raises:
        ValueError: as `parse_matchers` does.
    """
    return tuple(matcher for text in texts for matcher in parse_matchers(text))


def quoted(text: str) -> str:
    """Put a text between quotes as Alertmanager writes it."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{escaped}"'


def _bad(text: str, why: str = "") -> ValueError:
    wanted = why or 'expected name="value", with one of = != =~ !~'
    return ValueError(f"bad matcher format: {text}; {wanted}")


def _inner(text: str) -> str | None:
    bare = text.strip()
    opens, closes = bare.startswith("{"), bare.endswith("}")
    if opens and closes and len(bare) > 1:
        return bare[1:-1]
    return None if opens else bare


def _split(text: str) -> list[str]:
    """Split at commas that are not within quotes."""
    parts, start, inside, escaped = list[str](), 0, False, False
    for place, char in enumerate(text):
        if escaped:
            escaped = False
        elif char == "\\":
            escaped = True
        elif char == '"':
            inside = not inside
        elif char == "," and not inside:
            parts.append(text[start:place])
            start = place + 1
    return [*parts, text[start:]]


def _parsed(part: str, whole: str) -> Matcher:
    found = _classic(part) or _newer(part)
    if found is None:
        raise _bad(whole)
    name, operator, value = found
    try:
        return Matcher(name, value, operator.endswith("~"), not operator.startswith("!"))
    except ValueError as error:
        raise _bad(whole, str(error)) from error


def _classic(part: str) -> tuple[str, str, str] | None:
    match = _CLASSIC.fullmatch(part)
    if match is None:
        return None
    raw = match[3]
    if raw.startswith('"') != (raw.endswith('"') and len(raw) > 1):
        return None
    if raw.startswith('"'):
        raw = raw[1:-1]
    value = _plain(raw)
    return None if value is None else (match[1], match[2], value)


def _plain(raw: str) -> str | None:
    """Undo the classic syntax's escapes; others stay as they stand, a lone quote is a fault."""
    if re.search(r'(?<!\\)(?:\\\\)*"', raw) or re.search(r"(?<!\\)(?:\\\\)*\\$", raw):
        return None
    return re.sub(r'\\([n"\\])', lambda m: "\n" if m[1] == "n" else m[1], raw)


def _newer(part: str) -> tuple[str, str, str] | None:
    match = _NEW.fullmatch(part)
    if match is None:
        return None
    name, value = _unquoted(match[1]), _unquoted(match[3])
    return None if name is None or value is None else (name, match[2], value)


def _unquoted(token: str) -> str | None:
    if not token.startswith('"'):
        return token
    good = True

    def undo(match: re.Match[str]) -> str:
        nonlocal good
        code = match[1] or match[2] or match[3]
        if code or match[4]:
            point = int(code, 16) if code else int(match[4], 8)
            good = good and point <= 0x10FFFF  # noqa: PLR2004  the last code point of Unicode
            return chr(point) if good else ""
        good = good and match[5] in _CONTROL
        return _CONTROL.get(match[5] or "", "")

    text = _ESCAPE.sub(undo, token[1:-1])
    return text if good else None
