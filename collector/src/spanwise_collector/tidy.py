"""Keep the store small: merge its small files, drop what is too old; beside the pipeline, never in its way."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import AsyncGenerator, Callable
from typing import Final

from spanwise_collector.errors import StoreDown
from spanwise_collector.store.store import Store
from spanwise_schema.measures import NANO

_LOG: Final = logging.getLogger(__name__)
_EVERY_S: Final = 60.0
_DAY_S: Final = 86_400


@contextlib.asynccontextmanager
async def tidying(
    store: Store, retention_days: float, now_ns: Callable[[], int], every_s: float = _EVERY_S
) -> AsyncGenerator[None]:
    """Tidy every `every_s` while the context lasts; what is under way at its end is finished."""
    ended = asyncio.Event()
    task = asyncio.create_task(_tidy(store, retention_days * _DAY_S, now_ns, every_s, ended))
    try:
        yield
    finally:
        ended.set()
        await task


async def _tidy(store: Store, keep_s: float, now_ns: Callable[[], int], every_s: float, ended: asyncio.Event) -> None:
    while not ended.is_set():
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(ended.wait(), every_s)
            return
        try:
            await asyncio.to_thread(_once, store, now_ns() / NANO, keep_s)
        except StoreDown as fault:
            _LOG.error("%s; it is tried again", fault)


def _once(store: Store, now_s: float, keep_s: float) -> None:
    store.compact(now_s)
    store.retain(now_s, keep_s)
