"""How this process uses its machine: few threads, little garbage collection."""

from __future__ import annotations

import gc
import os
import sys
from typing import Final

_COLLECT_AFTER: Final = 50_000
"""New containers before young garbage is looked for; a request of 512 spans makes some thousands, all short-lived."""

_ALLOCATOR: Final = "muzzy_decay_ms:0,narenas:2"
"""Of jemalloc, which Polars has in it; Polars puts its own before."""

_NOT_USED: Final = ("pydantic.v1", "httpx._main")
"""Loaded by FastAPI for models of Pydantic 1, by httpx for its command; both do without where it is not there."""


def starting() -> None:
    """Call before anything else is imported.

    One Polars thread is enough for batches of some thousand rows, and costs a tenth less CPU than one for each core.
    Its allocator gives pages back at once when they are idle, and has few arenas: a tenth less memory under load.
    What nobody uses costs a tenth of the start. Until everything is imported and open nothing is garbage.
    """
    os.environ.setdefault("POLARS_MAX_THREADS", "1")  # noqa: TID251 - Polars takes it from nowhere else
    os.environ.setdefault("_RJEM_MALLOC_CONF", _ALLOCATOR)  # noqa: TID251 - nor this
    for name in _NOT_USED:
        sys.modules.setdefault(name, None)  # pyright: ignore[reportArgumentType] - an import of it fails from now on
    gc.disable()


def started() -> None:
    """Call when everything is open: modules and models live on, so later collections need not look at them."""
    gc.freeze()
    gc.set_threshold(_COLLECT_AFTER, 20, 50)
    gc.enable()
