"""Headers of httpx and httpx2 as an exchange looks at them: few of many, without decoding the others."""

# ruff: noqa: ANN401  two libraries with equal, unrelated classes; neither is a dependency

from collections.abc import Iterator, Mapping
from typing import Any

from typing_extensions import override


class Seen(Mapping[str, str]):
    """Headers by name, in any case; several of one name are joined by commas, as httpx does."""

    __slots__ = ("_raw",)

    def __init__(self, headers: Any) -> None:
        self._raw: list[tuple[bytes, bytes]] = headers.raw

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
        size = len(wanted)
        found = [value for name, value in self._raw if len(name) == size and name.lower() == wanted]
        if not found:
            return default
        return _text(found[0] if len(found) == 1 else b", ".join(found))

    @override
    def __iter__(self) -> Iterator[str]:
        return iter({name.lower().decode("latin-1"): None for name, _ in self._raw})

    @override
    def __len__(self) -> int:
        return len({name.lower() for name, _ in self._raw})


def _text(value: bytes) -> str:
    try:
        return value.decode()
    except UnicodeDecodeError:
        return value.decode("latin-1")
