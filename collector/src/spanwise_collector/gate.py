"""What the doors call: take a request, make it durable, hand it to the pipeline; or say why not."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Final, Literal

from spanwise_collector.accept.gate import Taken
from spanwise_collector.batch import Decoded
from spanwise_collector.decode.otlp_json import to_protobuf
from spanwise_collector.errors import Overloaded, StoreDown
from spanwise_collector.handover import Handover, Item
from spanwise_collector.pipeline import Pipeline
from spanwise_collector.store.journal import Journal
from spanwise_collector.telemetry import Refusals

Encoding = Literal["protobuf", "json"]
_RETRY_AFTER_S: Final = 1.0


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

    async def take(self, body: bytes, encoding: Encoding) -> Taken:
        """Take one request; it is durable when this returns.

        Raises:
            Malformed: it is no OTLP request.
            Overloaded: too much is in work, or the collector stops.
            StoreDown: it could not be made durable.
        """
        self._admit(len(body))
        try:
            request, decoded = await asyncio.get_running_loop().run_in_executor(
                self._decoder, self._decode, body, encoding
            )
            # A sender that hangs up must not leave a request in the journal that no number knows of.
            task = asyncio.create_task(self._keep(request, decoded, len(body)))
            self._keeping.add(task)
            task.add_done_callback(self._keeping.discard)
        except BaseException:
            self._done(len(body))
            raise
        await asyncio.shield(task)
        return Taken(sum(decoded.rejected.values()), _message(decoded))

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

    @staticmethod
    def _decode(body: bytes, encoding: Encoding) -> tuple[bytes, Decoded]:
        request = to_protobuf(body) if encoding == "json" else body
        return request, Pipeline.decode(request)

    async def _keep(self, request: bytes, decoded: Decoded, size: int) -> None:
        received_ns = self._now_ns()
        try:
            seq = await self._journal.append(request, received_ns)
        except StoreDown:
            self._done(size)
            raise
        self.acknowledged_seq = seq
        self.acknowledged_spans += decoded.received
        self._handover.put(Item(seq, received_ns, size, decoded))


def _message(decoded: Decoded) -> str:
    return "; ".join(f"{count} spans refused: {reason}" for reason, count in sorted(decoded.rejected.items()))
