"""Asks the collector, in a thread of its own, which runs are to be stopped; only where the user wants it."""

import logging
import os
import re
import threading
import time
from typing import Any, Final
from urllib.parse import urlencode, urlsplit

from spanwise import guard
from spanwise.budget import BUDGETS

EVERY_S: float = 1.0
BUSY_S: Final = 120.0
"""So long after the last call of a model it is asked for; who does not call need not be stopped."""
_TIMEOUT_S: Final = 5.0
_MOST_BYTES: Final = 1024 * 1024
_TRACE_ID: Final = re.compile(r"[0-9a-f]{32}")
_log = logging.getLogger("spanwise")


class Listener:
    """The thread that asks; there is none before the first call, nor long after the last."""

    def __init__(self) -> None:
        self._url = ""
        self._called_s = 0.0
        self._lock = threading.RLock()
        self._thread: threading.Thread | None = None
        self._stopped = threading.Event()
        self._failed = False

    def configure(self, url: str, service: str = "") -> None:
        """Ask this collector from now on; a blank address asks nobody."""
        self.close()
        self._stopped = threading.Event()
        query = f"?{urlencode({'service': service})}" if service else ""
        self._url = f"{url.rstrip('/')}/api/v1/stops{query}" if url else ""

    @guard.guarded
    def called(self) -> None:
        """Note that a call is about to leave."""
        if not self._url:
            return
        self._called_s = time.monotonic()
        if self._thread is None:
            with self._lock:
                if self._thread is None:
                    self._thread = threading.Thread(target=self._run, name="spanwise-stops", daemon=True)
                    self._thread.start()

    def _run(self) -> None:
        opener, stopped = _opener(), self._stopped
        while not stopped.wait(EVERY_S):
            with self._lock:
                if time.monotonic() - self._called_s > BUSY_S:
                    self._thread = None
                    return
            self._ask(opener)

    @guard.guarded
    def _ask(self, opener: Any) -> None:  # noqa: ANN401  urllib tells no types of it
        try:
            with opener.open(self._url, timeout=_TIMEOUT_S) as answer:
                body = answer.read(_MOST_BYTES)
        except (OSError, ValueError) as error:  # which is what urllib raises
            if not self._failed:
                host = urlsplit(self._url).netloc
                _log.warning("spanwise: %s does not say which runs to stop: %s", host, type(error).__name__)
            self._failed = True
            return
        self._failed = False
        for trace_id, reason in _told(body):
            BUDGETS.stop(trace_id, reason)

    def close(self) -> None:
        """Ask no more; the thread is gone before its next question."""
        self._stopped.set()
        self._thread = None
        self._url = ""

    def leave_to_parent(self) -> None:
        """Begin anew in a forked child: the thread is not here."""
        self._lock = threading.RLock()
        self._thread = None


def _opener() -> Any:  # noqa: ANN401  urllib tells no types of it
    """Make what asks: by no proxy, and without going where an answer leads to."""
    from urllib.request import HTTPRedirectHandler, ProxyHandler, build_opener  # not before it is wanted

    class Stay(HTTPRedirectHandler):
        def redirect_request(self, *_: object) -> None:  # pyright: ignore[reportIncompatibleMethodOverride]
            return None

    return build_opener(ProxyHandler({}), Stay())


def _told(body: bytes) -> list[tuple[int, str]]:
    """Read an answer: the runs to stop, by the number of their trace, and why; what cannot be read is none."""
    import msgspec

    from spanwise.apis.measure import elements, members, read

    found: list[tuple[int, str]] = []
    for stop in map(members, elements(members(read(msgspec.json.Decoder[Any](), body)).get("stops"))):
        trace_id = stop.get("trace_id")
        if isinstance(trace_id, str) and _TRACE_ID.fullmatch(trace_id):
            found.append((int(trace_id, 16), str(stop.get("reason") or "somebody stopped it")))
    return found


LISTENER: Final = Listener()
"""That of this process."""
os.register_at_fork(after_in_child=LISTENER.leave_to_parent)
