"""Makes content fit to leave: secrets redacted, the user's redactor asked, binary data left out, size kept."""

import re
from collections.abc import Collection, Mapping
from typing import Any, Final, NamedTuple

import msgspec

from spanwise.apis.measure import read
from spanwise.content import secrets, suspicion
from spanwise.content.escapes import SIGN, unescaped
from spanwise.content.parts import ANY, base64_bytes
from spanwise.content.size import fit
from spanwise.content_config import Redactor

DEEPEST: Final = 64
_DROPPED: Final = object()
_DATA: Final = re.compile(r"data:([\w.+-]{1,64}/[\w.+-]{1,64})[^,\s]{0,128};base64,([A-Za-z0-9+/_=-]++)")
# What our own messages and parts name things by: no words of anybody, and not for a redactor to change.
_STRUCTURE: Final = frozenset({"type", "role", "id", "name", "mime_type", "modality"})
_STRUCTURED: Final = {
    "gen_ai.input.messages": frozenset({1, 3}),
    "gen_ai.output.messages": frozenset({1, 3}),
    "gen_ai.system_instructions": frozenset({1}),
    "gen_ai.tool.definitions": frozenset({1}),
}
"""Attribute -> how deep its messages, parts and tools are."""


class Told(NamedTuple):
    """Content that may leave: as JSON, and as the same value; None where nothing of it may, or fits."""

    json: str | None
    value: Any
    cut: bool


class Cleaner:
    """Cleans by what the user asked for: kinds to redact, a redactor of their own, bytes an attribute may have."""

    __slots__ = ("_kinds", "_most_bytes", "_redactor")

    def __init__(self, kinds: Collection[str], most_bytes: int, redactor: Redactor | None = None) -> None:
        self._kinds = frozenset(kinds)
        self._most_bytes = most_bytes
        self._redactor = redactor

    def clean(self, values: Mapping[str, Any]) -> dict[str, Told]:
        """Clean values by the attributes they are for, in place where it can; what the redactor raises is raised."""
        encoded = {where: msgspec.json.encode(value) for where, value in values.items()}
        kinds, walks = self._suspect(b"\n".join(encoded.values()))
        told: dict[str, Told] = {}
        for where, data in encoded.items():
            if not walks and len(data) <= self._most_bytes:
                told[where] = Told(data.decode(), values[where], cut=False)
            else:
                value = _Walk(kinds, self._redactor, where).value(values[where], 0) if walks else values[where]
                told[where] = self._fitted(value)
        return told

    def _suspect(self, data: bytes) -> tuple[frozenset[str], bool]:
        """Say which kinds are to be looked for, and whether texts are to be looked at, one by one, at all."""
        kinds = suspicion.kinds_in(data, self._kinds)
        if self._kinds and suspicion.holds(data, suspicion.ESCAPED):
            kinds |= suspicion.kinds_in(unescaped(data.decode()).encode(), self._kinds)
        return kinds, bool(kinds) or self._redactor is not None or suspicion.holds(data, suspicion.EMBEDDED)

    def _fitted(self, value: Any) -> Told:  # noqa: ANN401
        if value is _DROPPED:
            return Told(None, None, cut=False)
        fitted, cut = fit(value, self._most_bytes)
        if fitted is None:
            return Told(None, None, cut)
        return Told(fitted.decode(), read(ANY, fitted) if cut and isinstance(value, str) else value, cut)


class _Walk:
    """One way through a value, text by text."""

    __slots__ = ("_kinds", "_redactor", "_scans", "_structured", "_where")

    def __init__(self, kinds: Collection[str], redactor: Redactor | None, where: str) -> None:
        self._kinds = kinds
        self._scans = [(kind, scan) for kind, scan in secrets.SCANS.items() if kind in kinds]
        self._redactor = redactor
        self._where = where
        self._structured = _STRUCTURED.get(where, frozenset[int]())

    def value(self, value: Any, depth: int) -> Any:  # noqa: ANN401
        if isinstance(value, str):
            return self._text(value)
        if depth > DEEPEST:
            return _DROPPED
        if isinstance(value, dict):
            return self._members(value, depth)  # pyright: ignore[reportUnknownArgumentType]
        if isinstance(value, list):
            walked = (self.value(each, depth + 1) for each in value)  # pyright: ignore[reportUnknownVariableType]
            return [each for each in walked if each is not _DROPPED]
        return value

    def _members(self, members: dict[Any, Any], depth: int) -> dict[Any, Any]:
        made: dict[Any, Any] = {}
        for key, member in members.items():
            name = self._scanned(key) if isinstance(key, str) else key
            kind = secrets.named(key) if isinstance(key, str) and isinstance(member, str) else None
            if kind is not None and kind in self._kinds:
                made[name] = secrets.mark(kind)
                continue
            structure = depth in self._structured and key in _STRUCTURE and isinstance(member, str)
            walked = self._scanned(member) if structure else self.value(member, depth + 1)
            if walked is not _DROPPED:
                made[name] = walked
        return made

    def _text(self, text: str) -> Any:  # noqa: ANN401
        text = self._scanned(text)
        if SIGN in text:
            text = self._unescaped(text)
        if ";base64," in text:
            text = _DATA.sub(_sized, text)
        if self._redactor is None:
            return text
        told = self._redactor(text, self._where)
        if told is not None and not isinstance(told, str):  # pyright: ignore[reportUnnecessaryIsInstance]
            raise TypeError(f"redactor: got {type(told).__name__} for {self._where}, expected str or None")
        return _DROPPED if told is None else told

    def _unescaped(self, text: str) -> str:
        """Redact what letters written out hide, as in JSON inside a text; a text that hides nothing stays as it is."""
        plain = unescaped(text)
        scanned = self._scanned(plain)
        return text if scanned == plain else scanned

    def _scanned(self, text: str) -> str:
        """Replace what is found; most texts of a message that holds a secret hold none."""
        if not self._scans:
            return text
        kinds = suspicion.kinds_in(text.encode(), self._kinds)
        for kind, scan in self._scans if kinds else ():
            if kind in kinds:
                text = scan(text)
        return text


def _sized(found: re.Match[str]) -> str:
    """Tell data inside a text by its kind and size."""
    return f"data:{found[1]};base64,…[cut {base64_bytes(found[2])} bytes]"
