"""Puts the pieces of a stream together, by choice and by part, in the order in which the parts began."""

from collections.abc import Hashable

import msgspec

from spanwise.apis.measure import word
from spanwise.content.parts import call, server_call
from spanwise.content.parts import message as message_of
from spanwise.content.reader import Message, Part


class _Growing(msgspec.Struct, gc=False):
    kind: str
    texts: list[str]
    id: str | None = None
    name: str | None = None
    whole: list[Part] | None = None

    def made(self) -> list[Part]:
        if self.whole is not None:
            return self.whole
        told = "".join(self.texts)
        if self.kind == "tool_call":
            return [call(self.id, self.name, told)]
        if self.kind == "server_tool_call":
            return [server_call(self.id, self.name, {"input": call(None, None, told)["arguments"]})]
        return [{"type": self.kind, "content": told}] if told else []


class Pieces:
    """The messages of a stream as they grow."""

    __slots__ = ("_choices", "_last")

    def __init__(self) -> None:
        self._choices: dict[int, dict[Hashable, _Growing]] = {}
        self._last: dict[int, _Growing] = {}

    def say(self, choice: int, kind: str, told: object) -> None:
        """Add text to the last part of a choice, where that is of the same kind, else begin a new one."""
        if not isinstance(told, str) or not told:
            return
        last = self._last.get(choice)
        if last is None or last.kind != kind:
            parts = self._choices.setdefault(choice, {})
            last = self._last[choice] = parts[f"said {len(parts)}"] = _Growing(kind, [])
        last.texts.append(told)

    def grow(
        self,
        choice: int,
        key: Hashable,
        kind: str,
        told: object = None,
        *,
        call_id: object = None,
        name: object = None,
    ) -> None:
        """Add to the part that has this key: text or a piece of arguments, an id and a name where they are told."""
        self._last.pop(choice, None)
        parts = self._choices.setdefault(choice, {})
        growing = parts.get(key)
        if growing is None:
            growing = parts[key] = _Growing(kind, [])
        if isinstance(told, str):
            growing.texts.append(told)
        growing.id = word(call_id) or growing.id
        growing.name = word(name) or growing.name

    def put(self, choice: int, key: Hashable, parts: list[Part]) -> None:
        """Set the part that has this key: nothing can be added to it any more."""
        self._last.pop(choice, None)
        self._choices.setdefault(choice, {})[key] = _Growing("", [], whole=parts)

    def messages(self, role: str = "assistant") -> list[Message]:
        """Give a message for each choice that said something."""
        told = (
            (choice, [part for each in self._choices[choice].values() for part in each.made()])
            for choice in sorted(self._choices)
        )
        return [message_of(role, parts) for _, parts in told if parts]
