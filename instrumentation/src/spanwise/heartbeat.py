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
_PATIENCE_S: Final = 1.0


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
        self._stopped = threading.Event()

    def add(self, run: Run) -> None:
        with self._lock:
            self.runs.add(run)
            if self._thread is None:
                thread = threading.Thread(target=self._watch, name="spanwise-heartbeat", daemon=True)
                thread.start()
                self._thread = thread

    def _watch(self) -> None:
        while not self._stopped.wait(EVERY_S / 3):
            for run in tuple(self.runs):
                if run.due_s <= time.monotonic():
                    _tell(run)
            with self._lock:
                if not self.runs:
                    self._thread = None
                    return

    def stop(self) -> None:
        """Forget the runs, and wait until the thread is gone, but no longer than it may take to tell of some."""
        self._stopped.set()
        self.runs.clear()
        thread = self._thread
        if thread is not None and thread is not threading.current_thread():
            thread.join(_PATIENCE_S)


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


def stop() -> None:
    """Tell of no run any more, but of those that begin from now on."""
    watch, _Process.watch = _Process.watch, _Watch()
    watch.stop()


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
