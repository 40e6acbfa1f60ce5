"""Digests of what tools are called with and give back: equal ones are recognised, and nothing can be read from them.

The key is made anew in each process, so that not even a short value can be found by trying.
"""

import os
from collections.abc import Callable, Mapping, Sequence
from hashlib import blake2b
from inspect import Parameter, signature
from typing import Any, Final, cast

import msgspec

from spanwise import guard
from spanwise.apis.api import Api
from spanwise.apis.measure import elements, members, read

ARGUMENTS: Final = "spanwise.tool.arguments_hash"
RESULT: Final = "spanwise.tool.result_hash"
MOST: Final = 65_536
"""Texts, bytes and containers that are longer have no digest: it would take time that is felt."""

_KEY: Final = os.urandom(16)
_OWN: Final = frozenset({"self", "cls"})
_SIZED: Final = (str, bytes, bytearray, list, tuple, dict, set)
_encode: Final = msgspec.json.Encoder(order="deterministic").encode
_any: Final[msgspec.json.Decoder[Any]] = msgspec.json.Decoder()


def of(value: object) -> str | None:
    """Digest a value, whatever the order of its members; None for one that is no plain data, or too long."""
    if _long(value):
        return None
    try:
        told = _encode(value)
    except (TypeError, ValueError, RecursionError, OverflowError, msgspec.MsgspecError):
        return None
    return f"keyed:{blake2b(told, digest_size=8, key=_KEY).hexdigest()}"


def of_call(args: Sequence[object], kwargs: Mapping[str, object], own: int) -> str | None:
    """Digest the arguments of a call, without the first `own`; None where one of them has none."""
    given = args[own:] if own else args
    if any(map(_long, (*given, *kwargs.values()))):
        return None
    return of((given, kwargs))


def _long(value: object) -> bool:
    return isinstance(value, _SIZED) and len(cast("str", value)) > MOST


@guard.guarded  # it runs where the program defines a tool
def own_arguments(function: Callable[..., Any]) -> int:
    """Say how many of the first arguments of a function are the object or class that it belongs to."""
    try:
        first = next(iter(signature(function).parameters.values()), None)
    except (TypeError, ValueError):  # a function that tells no parameters
        return 0
    return int(first is not None and first.name in _OWN and first.kind is not Parameter.KEYWORD_ONLY)


def of_calls(api: Api, answered: bytes | Sequence[bytes], asked: bytes) -> dict[str, str]:
    """Digest the arguments with which an answer, a whole body or pieces of a stream, calls tools, by the call's id."""
    from spanwise.content.registry import READERS  # only once a model calls a tool

    reader = READERS.get(type(api))
    if reader is None:
        return {}
    messages = reader.answered(answered) if isinstance(answered, bytes) else reader.streamed(answered, asked)
    found = dict[str, str]()
    for part in (members(part) for each in messages for part in elements(each.get("parts"))):
        if part.get("type") == "tool_call" and (digest := _of_told(part.get("arguments"))) is not None:
            found[str(part.get("id") or part.get("name"))] = digest
    return found


def _of_told(arguments: object) -> str | None:
    """Digest arguments as a model tells them: JSON, or what that says."""
    if isinstance(arguments, str) and len(arguments) <= MOST:
        said = read(_any, arguments.encode("utf-8", "replace"))
        return of(arguments if said is None else said)
    return of(arguments)
