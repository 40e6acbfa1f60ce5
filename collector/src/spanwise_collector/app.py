"""The collector: starts the last step first, stops the first step first."""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Callable, Mapping
from importlib.metadata import version
from types import TracebackType
from typing import Final, Self

import grpc.aio

from spanwise_collector.accept.admission import Limits
from spanwise_collector.accept.grpc import grpc_server
from spanwise_collector.accept.http import http_app
from spanwise_collector.config import CollectorConfig
from spanwise_collector.gate import JournalGate
from spanwise_collector.handover import Handover, Item
from spanwise_collector.intake import reread
from spanwise_collector.pipeline import Pipeline
from spanwise_collector.price import PriceBook
from spanwise_collector.reads import Reads
from spanwise_collector.rollup.rollup import Rollup
from spanwise_collector.serving import serving
from spanwise_collector.stops import Stops
from spanwise_collector.store.journal import Journal
from spanwise_collector.store.store import Store
from spanwise_collector.telemetry import Refusals
from spanwise_collector.tidy import tidying
from spanwise_collector.view.api import api
from spanwise_collector.worker import Worker
from spanwise_schema import metrics

_LOG: Final = logging.getLogger(__name__)
_GRACE_S: Final = 5
_REPLAY_ROWS: Final = 8_192


class App:
    """The collector. Use it as `async with App(config) as app`.

    On exit it refuses, drains, commits and closes.

    Args:
        config: what the user set.
        now_ns: Unix time in nanoseconds.

    Attributes:
        addresses: "otlp_http", "otlp_grpc" and "http" -> "HOST:PORT" that is listened on.

    Raises:
        OSError: an address or the data folder cannot be had.
    """

    def __init__(self, config: CollectorConfig, now_ns: Callable[[], int]) -> None:
        self._config = config
        self._now_ns = now_ns
        self._stack = contextlib.AsyncExitStack()
        self.addresses: dict[str, str] = {}

    async def __aenter__(self) -> Self:
        async with contextlib.AsyncExitStack() as stack:
            await self._start(stack)
            self._stack = stack.pop_all()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._stack.aclose()

    def ledger(self) -> dict[str, int]:
        """Give the ledger: received, stored, rejected, duplicate."""
        return self._reads.ledger()

    @property
    def acknowledged(self) -> int:
        """Count the spans that were ever acknowledged on this data folder, whatever became of them."""
        return self._replayed + self._gate.acknowledged_spans

    async def _start(self, stack: contextlib.AsyncExitStack) -> None:
        config, limits = self._config, self._config.limits
        store = Store(config.data)
        stack.callback(store.close)
        rollup = Rollup(series_limit=limits.series, label_values=limits.label_values)
        self._pipeline = Pipeline(store, rollup, PriceBook(_own_prices(config)), self._now_ns, limits.passed_series)
        self._pipeline.resume()
        self._journal = Journal(config.data / "journal", store.applied_seq + 1)
        stack.push_async_callback(self._journal.close)
        self._replay()
        self._pipeline.settle()  # what was counted since the last commit while nothing came
        self._replayed = self._pipeline.ledger.received
        refusals, handover = Refusals(), Handover()
        gate = JournalGate(self._journal, handover, refusals, limits.pending_bytes, self._now_ns)
        gate.acknowledged_seq = self._pipeline.applied_seq
        self._gate = gate
        worker = Worker(self._pipeline, handover, gate, self._journal, self._now_ns)
        worker.start()
        await stack.enter_async_context(tidying(store, config.retention_days, self._now_ns))
        stack.push_async_callback(worker.stop)
        self._handover = handover
        self._reads = Reads(self._pipeline, refusals, worker.settled, lambda: gate.closed, self._own, self._now_ns)
        view = serving(
            api(self._reads, version("spanwise-collector"), Stops(config.stops.secret_file, self._now_ns)),
            config.http, "collector.http",
        )  # fmt: skip
        self.addresses["http"] = await stack.enter_async_context(view)
        stack.push_async_callback(gate.close)
        await self._open_doors(stack, gate)

    async def _open_doors(self, stack: contextlib.AsyncExitStack, gate: JournalGate) -> None:
        limits = Limits(max_body_bytes=self._config.limits.body_bytes)
        door = serving(http_app(gate, limits), self._config.otlp.http, "collector.otlp.http")
        self.addresses["otlp_http"] = await stack.enter_async_context(door)
        server = grpc_server(gate, limits)
        self.addresses["otlp_grpc"] = _listen(server, self._config.otlp.grpc)
        await server.start()
        stack.push_async_callback(server.stop, _GRACE_S)

    def _replay(self) -> None:
        """Bring what was acknowledged but not committed into every number."""
        tail = list[Item]()
        rows = 0
        for record in self._journal.replay(self._pipeline.applied_seq):
            decoded = reread(record.body, record.kind)
            tail.append(Item(record.seq, record.received_ns, len(record.body), decoded))
            rows += decoded.frame.height
            if rows >= _REPLAY_ROWS:
                self._pipeline.apply(tail)
                tail, rows = [], 0
        if tail:
            self._pipeline.apply(tail)
        if self._journal.damaged_bytes:
            _LOG.warning("%d bytes at the end of the journal were torn by a crash", self._journal.damaged_bytes)

    def _own(self) -> Mapping[str, float]:
        return {
            metrics.PENDING.name: len(self._handover),
            metrics.JOURNAL_BYTES.name: self._journal.size_bytes,
            metrics.SEGMENTS.name: self._pipeline.store.segments,
        }


def _own_prices(config: CollectorConfig) -> dict[str, object]:
    return {
        provider: {model: prices.model_dump(exclude_none=True) for model, prices in models.items()}
        for provider, models in config.prices.items()
    }


def _listen(server: grpc.aio.Server, address: str) -> str:
    host = address.rpartition(":")[0]
    try:
        port = server.add_insecure_port(address)
    except RuntimeError as fault:
        raise OSError(f"collector.otlp.grpc: cannot listen on {address}: {fault}") from fault
    return f"{host}:{port}"
