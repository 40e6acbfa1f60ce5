"""Tells of agents and workflows while they last: a span that only exists when it ends hides a run that never does."""

import os
import threading
import time
from collections.abc import Mapping
from typing import Final

from opentelemetry.context import Context
from opentelemetry.trace import Span

from spanwise import guard
from spanwise.tracer import tracer

OPERATION: Final = "heartbeat"
EVERY_S = 30.0
"""So long a run lasts before it is told of, and so long until it is told of again."""


class Run:
    """A run that has not ended: its span, the context inside it, and the names in there."""

    __slots__ = ("context", "due_s", "name", "names", "span")

    def __init__(self, span: Span, context: Context, name: str, names: Mapping[str, str]) -> None:
        self.span = span
        self.context = context
        self.name = name
        self.names = names
        self.due_s = time.monotonic() + EVERY_S


class _Watch:
    """The runs that last, and the thread that tells of them; there is none while there are no runs."""

    def __init__(self) -> None:
        self.runs: set[Run] = set()
        self._lock = threading.RLock()  # a collection of garbage may begin a run while it is held
        self._thread: threading.Thread | None = None

    def add(self, run: Run) -> None:
        with self._lock:
            self.runs.add(run)
            if self._thread is None:
                thread = threading.Thread(target=self._watch, name="spanwise-heartbeat", daemon=True)
                thread.start()
                self._thread = thread

    def _watch(self) -> None:
        while True:
            time.sleep(EVERY_S / 3)
            for run in tuple(self.runs):
                if run.due_s <= time.monotonic():
                    _tell(run)
            with self._lock:
                if not self.runs:
                    self._thread = None
                    return


class _Process:
    watch = _Watch()


@guard.guarded
def begin(span: Span, context: Context, name: str, names: Mapping[str, str]) -> Run | None:
    """Tell of a run from now on, every EVERY_S, until it ends; of one that is not recorded nothing is told."""
    if not span.is_recording():
        return None
    run = Run(span, context, name, names)
    _Process.watch.add(run)
    return run


@guard.guarded
def end(run: Run | None) -> None:
    """Tell of a run no more."""
    if run is not None:
        _Process.watch.runs.discard(run)


@guard.guarded
def _tell(run: Run) -> None:
    """Make a span below the run's that begins with it and ends now."""
    run.due_s += EVERY_S
    if not run.span.is_recording():
        _Process.watch.runs.discard(run)
        return
    began_ns = getattr(run.span, "start_time", None)
    attributes = {"gen_ai.operation.name": OPERATION, **run.names}
    tracer().start_span(f"{OPERATION} {run.name}", run.context, attributes=attributes, start_time=began_ns).end()


def _leave_to_parent() -> None:
    """Forget the runs of the process that forked: its thread is not here, and may hold the lock."""
    _Process.watch = _Watch()


os.register_at_fork(after_in_child=_leave_to_parent)
