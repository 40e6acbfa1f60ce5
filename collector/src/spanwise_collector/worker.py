"""The pipeline's thread: takes requests from the hand-over, applies them, commits when it is time."""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import Callable
from typing import Final

from spanwise_collector.errors import StoreDown
from spanwise_collector.gate import JournalGate
from spanwise_collector.handover import Handover
from spanwise_collector.pipeline import Pipeline
from spanwise_collector.store.journal import Journal
from spanwise_schema.measures import NANO

_LOG: Final = logging.getLogger(__name__)
_ROWS: Final = 16_384
_LINGER_S: Final = 0.25  # who asks does not wait for it: `settled` hurries
_IDLE_S: Final = 1.0


class Worker:
    """Runs the pipeline in a thread of its own.

    A fault of ours in it closes the gate: senders keep what they have, the journal keeps what was acknowledged.
    """

    def __init__(
        self,
        pipeline: Pipeline,
        handover: Handover,
        gate: JournalGate,
        journal: Journal,
        now_ns: Callable[[], int],
    ) -> None:
        self._pipeline = pipeline
        self._handover = handover
        self._gate = gate
        self._journal = journal
        self._now_ns = now_ns
        self._commit_after_ns = 0
        self._cold = True
        self._loop = asyncio.get_running_loop()
        self._moved = asyncio.Event()
        self._thread = threading.Thread(target=self._run, name="pipeline", daemon=True)
        self.fault: BaseException | None = None

    def start(self) -> None:
        """Begin to work."""
        self._thread.start()

    async def stop(self) -> None:
        """Apply what is queued, commit, and end."""
        self._handover.close()
        await asyncio.to_thread(self._thread.join)

    async def settled(self) -> None:
        """Wait until all that was acknowledged so far is in every number, or the worker failed."""
        wanted = self._gate.acknowledged_seq
        while self._pipeline.applied_seq < wanted and self.fault is None:
            moved = self._moved
            self._handover.hurry()
            await moved.wait()

    def _run(self) -> None:
        try:
            while (items := self._handover.take(_ROWS, _LINGER_S, _IDLE_S)) is not None:
                if items:
                    self._cold = False
                    self._pipeline.apply(items)
                    self._gate.applied(items)
                    self._loop.call_soon_threadsafe(self._wake)
                else:
                    self._pipeline.settle()
                if self._pipeline.due() and self._now_ns() >= self._commit_after_ns:
                    self._commit()
                if not items:
                    self._warm()
            self._commit()
        except BaseException as fault:  # noqa: BLE001 - whatever it is, the gate must close
            _LOG.exception("the pipeline failed; nothing more is taken, the journal keeps what was acknowledged")
            self.fault = fault
            self._gate.closed = f"the pipeline failed: {type(fault).__name__}"
            self._loop.call_soon_threadsafe(self._wake)

    def _warm(self) -> None:
        # once idle, so that it takes no CPU from what starts beside the collector
        if self._cold:
            self._cold = False
            self._pipeline.warm()

    def _wake(self) -> None:
        moved, self._moved = self._moved, asyncio.Event()
        moved.set()

    def _commit(self) -> None:
        try:
            self._pipeline.commit()
        except StoreDown as fault:
            _LOG.error("%s; the journal keeps what was acknowledged", fault)
            self._commit_after_ns = self._now_ns() + round(fault.retry_after_s * NANO)
        else:
            self._journal.release(self._pipeline.applied_seq)
