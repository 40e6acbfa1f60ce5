"""What the doors call: take a request, make it durable, hand it to the pipeline; or say why not."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Final, Literal

from spanwise_collector import intake
from spanwise_collector.accept.gate import Encoding, Signal, Taken
from spanwise_collector.errors import Overloaded, StoreDown
from spanwise_collector.handover import Handover, Item
from spanwise_collector.intake import Intake
from spanwise_collector.store.journal import Journal
from spanwise_collector.telemetry import Refusals

_RETRY_AFTER_S: Final = 1.0
_NOUNS: Final[dict[Signal, str]] = {"traces": "spans", "logs": "log records", "metrics": "data points"}


class JournalGate:
    """Answers only after the request is in the journal; refuses while too much is in work.

    Args:
        journal: makes requests durable.
        handover: takes them to the pipeline.
        refusals: counts what is not accepted.
        pending_bytes: most bytes in work, from admission until they are in every number.
        now_ns: the time.

    Attributes:
        closed: why nothing is taken; none while requests are.
        acknowledged_seq: the last journal record that was acknowledged.
        acknowledged_spans: of all requests taken since the start, whatever becomes of them.
    """

    def __init__(
        self, journal: Journal, handover: Handover, refusals: Refusals, pending_bytes: int, now_ns: Callable[[], int]
    ) -> None:
        self._journal = journal
        self._handover = handover
        self._refusals = refusals
        self._limit = pending_bytes
        self._now_ns = now_ns
        self._decoder = ThreadPoolExecutor(1, thread_name_prefix="decode")
        self._lock = threading.Lock()
        self._pending_bytes = 0
        self._keeping: set[asyncio.Task[None]] = set()
        self.closed: str | None = None
        self.acknowledged_seq = 0
        self.acknowledged_spans = 0

    async def take(self, body: bytes, encoding: Encoding, signal: Signal = "traces") -> Taken:
        """Take one request; what is used of it is durable when this returns.

        Raises:
            Malformed: it is no OTLP request.
            Overloaded: too much is in work, or the collector stops.
            StoreDown: it could not be made durable.
        """
        self._admit(len(body))
        try:
            taken = await asyncio.get_running_loop().run_in_executor(self._decoder, intake.read, body, encoding, signal)
            # A sender that hangs up must not leave a request in the journal that no number knows of.
            task = asyncio.create_task(self._keep(taken, signal, len(body)))
            self._keeping.add(task)
            task.add_done_callback(self._keeping.discard)
        except BaseException:
            self._done(len(body))
            raise
        await asyncio.shield(task)
        return Taken(sum(taken.refused.values()), _message(taken, signal))

    def refused(self, transport: Literal["http", "grpc"], reason: str) -> None:
        """Count a request that was not accepted."""
        self._refusals.of[transport, reason] += 1

    def applied(self, items: Sequence[Item]) -> None:
        """Say that requests are in every number; called by the pipeline's thread."""
        self._done(sum(item.size_bytes for item in items))

    async def close(self) -> None:
        """Refuse what comes, and wait for what is being written."""
        self.closed = self.closed or "the collector is stopping"
        if self._keeping:
            await asyncio.wait(self._keeping)
        self._decoder.shutdown()

    def _admit(self, size: int) -> None:
        if self.closed:
            raise Overloaded(self.closed, _RETRY_AFTER_S)
        with self._lock:
            if self._pending_bytes and self._pending_bytes + size > self._limit:
                raise Overloaded(
                    f"{self._pending_bytes} bytes are in work, at most {self._limit} may be", _RETRY_AFTER_S
                )
            self._pending_bytes += size

    def _done(self, size: int) -> None:
        with self._lock:
            self._pending_bytes -= size

    async def _keep(self, taken: Intake, signal: Signal, size: int) -> None:
        if not taken.record:  # nothing in it is used
            self._count(taken, signal)
            self._done(size)
            return
        received_ns = self._now_ns()
        try:
            seq = await self._journal.append(taken.record, received_ns, taken.kind)
        except StoreDown:
            self._done(size)
            raise
        self._count(taken, signal)
        self.acknowledged_seq = seq
        self.acknowledged_spans += taken.decoded.received
        self._handover.put(Item(seq, received_ns, size, taken.decoded))

    def _count(self, taken: Intake, signal: Signal) -> None:
        for word, count in taken.outcomes.items():
            self._refusals.outcomes[signal, word] += count


def _message(taken: Intake, signal: Signal) -> str:
    noun = _NOUNS[signal]
    return "; ".join(f"{count} {noun} refused: {reason}" for reason, count in sorted(taken.refused.items()))
