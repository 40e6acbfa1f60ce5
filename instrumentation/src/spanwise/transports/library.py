"""Watches a client library from the moment it is imported, and leaves it as it was."""

# ruff: noqa: ANN401  the classes of libraries that are no dependency

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from types import ModuleType
from typing import Any

import wrapt

from spanwise import guard

Wrapper = Callable[[Any, Any, tuple[Any, ...], dict[str, Any]], Any]
"""Takes the wrapped method, its instance and the arguments, as wrapt calls it."""


@dataclass(frozen=True, slots=True)
class Seam:
    """A method of a library's class through which every attempt passes, and what stands around it."""

    owner: Any
    method: str
    wrapper: Wrapper


def too_old(name: str, version: str, needed: str) -> list[Seam]:
    """Say that a version has no place to watch it from, and give none."""
    logging.getLogger("spanwise").warning(
        "%s %s is too old to be traced: calls of models through it are not seen; upgrade it to %s or newer",
        name,
        version,
        needed,
    )
    return []


class Library:
    """One client library, by the name it is imported by; `seams` gives what to watch once it is there."""

    def __init__(self, name: str, seams: Callable[[Any], Sequence[Seam]]) -> None:
        self._name = name
        self._seams = seams
        self._hooked = False
        self._watching = False
        self._module: ModuleType | None = None
        self._patches: list[_Patch] = []

    def watch(self) -> None:
        """See all requests from now on; the library itself is not imported for it."""
        self._watching = True
        if self._module is not None:
            self._patch(self._module)
        elif not self._hooked:
            self._hooked = True
            wrapt.register_post_import_hook(self._imported, self._name)

    def unwatch(self) -> None:
        """Leave the library as it was; where another has wrapped ours since, ours stays below it and does nothing."""
        self._watching = False
        self._patches = [patch for patch in self._patches if not patch.undone()]

    @guard.guarded
    def _imported(self, module: ModuleType) -> None:
        if module.__name__ != self._name:
            return  # a library that takes the name of another is watched under its own
        self._module = module
        if self._watching:
            self._patch(module)

    @guard.guarded
    def _patch(self, module: ModuleType) -> None:
        if not self._patches:
            self._patches = [_Patch(seam, self._watchful(seam.wrapper)) for seam in self._seams(module)]

    def _watchful(self, wrapper: Wrapper) -> Wrapper:
        def around(wrapped: Any, instance: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
            if not self._watching:
                return wrapped(*args, **kwargs)
            return wrapper(wrapped, instance, args, kwargs)

        return around


class _Patch:
    """One method replaced by a watched one."""

    def __init__(self, seam: Seam, wrapper: Wrapper) -> None:
        self._seam = seam
        self._original = getattr(seam.owner, seam.method)
        self._wrapped = wrapt.FunctionWrapper(self._original, wrapper)
        setattr(seam.owner, seam.method, self._wrapped)

    def undone(self) -> bool:
        """Put the original back; False where somebody else's wrapper stands there now."""
        if self._seam.owner.__dict__.get(self._seam.method) is not self._wrapped:
            return False
        setattr(self._seam.owner, self._seam.method, self._original)
        return True
