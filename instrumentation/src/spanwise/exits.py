"""Exports what waits where a process ends without Python's exit handlers."""

# ruff: noqa: ANN401  uvicorn is no dependency
#
# A child that `multiprocessing` forked leaves by `os._exit`. uvicorn, once it has shut down, raises the signal that
# stopped it again, and that ends the process.

import asyncio
from types import ModuleType
from typing import Any

import wrapt

from spanwise import guard, unfinished
from spanwise.transports.library import Library, Seam

_LAST = -1000
"""The priority of a finalizer that runs after all others."""


class _Hook:
    """Whether the hook into `multiprocessing` is set, and whether it shall do something."""

    wanted = False
    placed = False


def watch() -> None:
    """Export at these ends from now on."""
    _Hook.wanted = True
    if not _Hook.placed:
        _Hook.placed = True
        wrapt.register_post_import_hook(_multiprocessing_imported, "multiprocessing.util")
    _UVICORN.watch()


def unwatch() -> None:
    """Leave these ends as they were."""
    _Hook.wanted = False
    _UVICORN.unwatch()


@guard.guarded
def _export() -> None:
    from spanwise import provider

    if _Hook.wanted:
        unfinished.end_all()
        found = provider.current()
        if found is not None:
            provider.flush(found)


@guard.guarded
def _multiprocessing_imported(module: ModuleType) -> None:
    util: Any = module

    def in_child(_: object) -> None:
        util.Finalize(None, _export, exitpriority=_LAST)

    util.register_after_fork(_HOLDER, in_child)


async def _shut_down(wrapped: Any, _server: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    try:
        return await wrapped(*args, **kwargs)
    finally:
        await asyncio.to_thread(_export)


_HOLDER = _Hook()
"""What `multiprocessing` remembers weakly, and so has to stay."""
_UVICORN = Library("uvicorn.server", lambda server: [Seam(server.Server, "shutdown", _shut_down)])
