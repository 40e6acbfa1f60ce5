"""Remembers responses made in the background: what they used is told later, to who asks for them by their id."""

import os
import threading
from collections import OrderedDict
from collections.abc import Mapping
from typing import Final
from urllib.parse import unquote

import msgspec
from opentelemetry.trace import SpanContext

from spanwise.apis.api import Api

MOST = 1024
_COLLECTIONS: Final = ("/responses", "/interactions")
_CANCELS: Final = "/cancel"


class Queued(msgspec.Struct, frozen=True):
    """A response that was begun; `run` is what its span and those of its run stand below, or that span itself."""

    api: Api
    model: str | None
    begun: SpanContext
    run: SpanContext
    names: Mapping[str, str]


_lock = threading.RLock()  # a collection of garbage may end another call while it is held
os.register_at_fork(before=_lock.acquire, after_in_parent=_lock.release, after_in_child=_lock.release)


class Responses:
    """The last 1,024 responses of which the end was not seen, by id."""

    def __init__(self) -> None:
        self._queued: OrderedDict[str, Queued] = OrderedDict()

    def queue(self, response_id: str, queued: Queued) -> None:
        """Remember a response that was begun."""
        with _lock:
            self._queued[response_id] = queued
            if len(self._queued) > MOST:
                self._queued.popitem(last=False)

    def asked_for(self, method: str, path: str) -> tuple[str, Api] | None:
        """Give id and API of the response that a request fetches or cancels; None where it was not begun here."""
        if not self._queued:
            return None
        if method == "POST" and path.endswith(_CANCELS):
            path = path.removesuffix(_CANCELS)
        elif method != "GET":
            return None
        start, _, response_id = path.rpartition("/")
        response_id = unquote(response_id)
        queued = self._queued.get(response_id) if start.endswith(_COLLECTIONS) else None
        return (response_id, queued.api) if queued is not None else None

    def end(self, response_id: str) -> Queued | None:
        """Forget a response that has ended; None to all who come after the first."""
        with _lock:
            return self._queued.pop(response_id, None)

    def forget(self) -> None:
        """Forget all responses."""
        with _lock:
            self._queued.clear()

    def __len__(self) -> int:
        return len(self._queued)


RESPONSES: Final = Responses()
"""Those of this process."""


def may_call(method: str) -> bool:
    """Say whether a request by this method may be one that is traced."""
    return method == "POST" or (method == "GET" and len(RESPONSES) > 0)
