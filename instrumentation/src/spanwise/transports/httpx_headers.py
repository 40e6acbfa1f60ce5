"""Headers of httpx and httpx2 as an exchange looks at them: few of many, without decoding the others."""

# ruff: noqa: ANN401  two libraries with equal, unrelated classes; neither is a dependency

from collections.abc import Iterator, Mapping
from typing import Any

from typing_extensions import override


class Seen(Mapping[str, str]):
    """Headers by name, in any case; several of one name are joined by commas, as httpx does."""

    __slots__ = ("_entries",)

    def __init__(self, headers: Any) -> None:
        held = getattr(headers, "_list", None)  # `raw` makes a tuple of each header
        made = [(name, name.lower(), value) for name, value in headers.raw] if held is None else held
        self._entries: list[tuple[bytes, bytes, bytes]] = made

    @override
    def __getitem__(self, key: str) -> str:
        value = self.get(key)
        if value is None:
            raise KeyError(key)
        return value

    @override
    def get(self, key: str, default: Any = None) -> Any:
        """Give a value, without an exception for one that is not there."""
        wanted = key.lower().encode("latin-1")
        values = [value for _, name, value in self._entries if name == wanted]
        if not values:
            return default
        found = b", ".join(values)
        try:
            return found.decode()
        except UnicodeDecodeError:
            return found.decode("latin-1")

    @override
    def __iter__(self) -> Iterator[str]:
        names = b"\n".join([name for _, name, _ in self._entries])  # all at once: a name has no line feed
        return iter(dict.fromkeys(names.decode("latin-1").split("\n")) if names else ())

    @override
    def __len__(self) -> int:
        return len({name for _, name, _ in self._entries})
