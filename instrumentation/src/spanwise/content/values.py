"""Turns what a tool is called with and gives back into plain values that JSON has."""

import inspect
from collections.abc import Callable, Mapping
from typing import Any, Final, cast

import msgspec

from spanwise.apis.measure import elements, members, read
from spanwise.content.parts import ANY

_OWN: Final = frozenset({"self", "cls"})


def plain(value: object) -> Any:  # noqa: ANN401  what JSON has
    """Give a value as JSON has it: models as their members, bytes as their number, everything else as its repr."""
    if value is None or isinstance(value, int | float):
        return value
    return read(ANY, msgspec.json.encode(_counted(value), enc_hook=_told))


def named(function: Callable[..., Any], args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> dict[str, Any]:
    """Name the arguments of a call after the parameters of its function; `self` and `cls` are left out."""
    try:
        bound = inspect.signature(function).bind(*args, **kwargs).arguments
    except (TypeError, ValueError):  # no call that the function takes, or a function that tells no parameters
        bound = {**{str(place): value for place, value in enumerate(args)}, **kwargs}
    return {name: value for name, value in bound.items() if name not in _OWN}


def _counted(value: object) -> object:
    """Put the number of bytes in place of bytes, and nothing that UTF-8 lacks, wherever it is in plain containers."""
    if isinstance(value, str):
        return value if value.isascii() else value.encode("utf-8", "replace").decode()
    if isinstance(value, bytes | bytearray):
        return f"[{len(value)} bytes]"
    if told := members(value):
        return {str(key): _counted(member) for key, member in told.items()}
    listed = elements(list(cast("tuple[object, ...]", value)) if isinstance(value, tuple) else value)
    return [_counted(each) for each in listed] if listed else cast("object", value)


def _told(value: object) -> Any:  # noqa: ANN401
    dump = getattr(value, "model_dump", None)  # pydantic
    return dump(mode="json") if callable(dump) else repr(value)
