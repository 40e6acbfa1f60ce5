"""The whole way of a span, on one page: accept → decode → journal → normalise → price → rollup → store."""

from __future__ import annotations

import contextlib
import logging
import threading
from collections.abc import Callable, Generator, Sequence
from typing import Any, Final, cast

import msgspec
import polars as pl

from spanwise_collector.batch import Decoded
from spanwise_collector.decode.otlp_protobuf import decode
from spanwise_collector.handover import Item
from spanwise_collector.normalise import WANTED, normalise
from spanwise_collector.price import PriceBook
from spanwise_collector.query import Query, Series
from spanwise_collector.resolve import Resolver
from spanwise_collector.rollup.rollup import KEPT_WIDTH_NS, Rollup, answer_saved
from spanwise_collector.sample import sample
from spanwise_collector.signals.passing import Passing
from spanwise_collector.signals.sources import Sources
from spanwise_collector.store.segments import SCHEMA
from spanwise_collector.store.store import File, Store
from spanwise_collector.telemetry import Ledger
from spanwise_schema.columns import SPAN, STORED
from spanwise_schema.measures import NANO

_LOG: Final = logging.getLogger(__name__)
_DUPLICATES_NS: Final = 900 * NANO
_EMPTY: Final = SCHEMA.to_frame()


class Pipeline:
    """Turns acknowledged requests, up to `applied_seq`, into numbers. One thread applies and commits; any may ask."""

    def __init__(
        self, store: Store, rollup: Rollup, prices: PriceBook, now_ns: Callable[[], int], passed_series: int = 10_000
    ) -> None:
        self.store = store
        self.rollup = rollup
        self.prices = prices
        self.sources = Sources()
        self.passing = Passing(passed_series)
        self.resolver = Resolver()
        self.ledger = Ledger()
        self.published = self.ledger.dump()
        self.applied_seq = store.applied_seq
        self._now_ns = now_ns
        self._saving = threading.Lock()  # what is saved and what is not are looked at together

    def resume(self) -> None:
        """Take up what the last commit kept; the journal's tail is to be applied after it."""
        if self.store.state is None:
            return
        now_ns = self._now_ns()
        state: dict[str, Any] = msgspec.msgpack.decode(self.store.state)
        self.ledger.load(state["ledger"])
        self.rollup.restore(state["rollup"], self.store.deltas(now_ns - self.rollup.keep_ns), now_ns)
        self.sources.load(state.get("sources", []))
        self.passing.load(state.get("passing"))
        self.resolver.load(state["resolver"], self.store.pieces())
        self.published = self.ledger.dump()
        self.rollup.seen.add(self.store.ids_since(now_ns - _DUPLICATES_NS))

    def warm(self) -> None:
        """Load what the first batch would wait for: the price table, the compiled expressions."""
        (priced,) = self._understood([self.decode(sample()).frame])
        now_ns = self._now_ns()
        Rollup().add(Resolver().add(priced, now_ns).stored, now_ns)

    @staticmethod
    def decode(body: bytes) -> Decoded:
        """Decode one OTLP request into a batch with the columns that the dialects want."""
        return decode(body, WANTED)

    def apply(self, items: Sequence[Item]) -> None:
        """Bring requests into every number, in the order of the journal."""
        frames = [item.decoded.frame for item in items if item.decoded.frame.height]
        for frame in self._understood(frames):
            self._count(frame, items[-1].received_ns)
        for item in items:
            self.ledger.received += item.decoded.received
            self.ledger.rejected.update(item.decoded.rejected)
            self.ledger.field_faults.update(item.decoded.faults)
            self.passing.add(item.decoded.points, item.received_ns)
        self.applied_seq = items[-1].seq
        self.published = self.ledger.dump()

    def _understood(self, frames: Sequence[pl.DataFrame]) -> list[pl.DataFrame]:
        """Normalise and price; a request that breaks that is tried alone, and if need be stored without meaning."""
        if not frames:
            return []
        try:
            normalised = normalise(pl.concat(frames, how="diagonal"))
            priced = self.prices.price(normalised.frame).select(list(STORED))
        except (pl.exceptions.PolarsError, ArithmeticError, LookupError, TypeError, ValueError):
            if len(frames) > 1:
                return [part for frame in frames for part in self._understood([frame])]
            _LOG.exception("a request of %d spans could not be understood; it is stored as it came", frames[0].height)
            self.ledger.field_faults["*"] += frames[0].height
            return [pl.concat([_EMPTY, frames[0].select(list(SPAN))], how="diagonal")]
        self.ledger.field_faults.update(normalised.faults)
        return [priced]

    def _count(self, frame: pl.DataFrame, received_ns: int) -> None:
        chosen = self.sources.choose(frame.filter(self.rollup.seen.add(frame)))
        fresh = chosen.frame
        self.resolver.tally.add("signal", chosen.spans, chosen.tokens, chosen.cost_pico_usd)
        if fresh.height:
            resolved = self.resolver.add(fresh, received_ns)
            self.rollup.add(resolved.stored, received_ns, resolved.counted, resolved.sums)
            self.store.append(resolved.stored)
            self.store.append(resolved.sums)
        self.ledger.stored += fresh.height
        self.ledger.duplicate += frame.height - fresh.height

    def settle(self) -> None:
        """Count what agents told where none of their calls told it, once their traces are quiet, and quiet runs."""
        now_ns = self._now_ns()
        settled = self.resolver.settle(now_ns)
        if settled.height or self.rollup.runs.due(now_ns):
            self.rollup.add(_EMPTY, now_ns, None, settled)
            self.store.append(settled)
        self.rollup.watch(now_ns)

    def due(self) -> bool:
        """Tell whether it is time to commit."""
        return self.store.due(self._now_ns() / NANO)

    def commit(self) -> None:
        """Make files of all that was applied; the journal up to `applied_seq` may go. Raises StoreDown: try again."""
        state, deltas = self.rollup.checkpoint()
        resolver, pieces = self.resolver.checkpoint()
        kept = {
            "ledger": self.ledger.dump(), "rollup": state, "resolver": resolver,
            "sources": self.sources.dump(), "passing": self.passing.dump(),
        }  # fmt: skip
        packed = msgspec.msgpack.encode(kept)
        with self._saving:
            self.store.commit(self.applied_seq, packed, deltas, self._now_ns() / NANO, pieces)
            self.rollup.saved()
            self.resolver.saved()

    def answer(self, query: Query) -> list[Series]:
        """Answer from the live windows where they reach, else from what commits saved."""
        if self.rollup.live(query, self._now_ns()):
            return self.rollup.answer(query)
        with self._saving:
            saved, unsaved = self.store.deltas(query.first_ns - KEPT_WIDTH_NS), self.rollup.unsaved()
        return answer_saved(query, unsaved if saved is None else pl.concat([saved, unsaved], how="diagonal_relaxed"))

    @contextlib.contextmanager
    def unmerged_deltas(self, since_ns: int) -> Generator[tuple[list[File], pl.DataFrame]]:
        """Give the files of saved deltas that may be that new, and what is in none of them; each row once."""
        with contextlib.ExitStack() as stack:
            with self._saving:
                files = stack.enter_context(self.store.files("rollup", since_ns - KEPT_WIDTH_NS))
                unsaved = self.rollup.unsaved()
            yield files.found, unsaved

    @contextlib.contextmanager
    def unmerged_spans(self, since_ns: int) -> Generator[tuple[list[File], pl.DataFrame]]:
        """Give the files of spans that may be that new, and what is in none of them; each row once."""
        with self.store.files("spans", since_ns) as files:
            yield files.found, files.unwritten

    def data_from_ns(self) -> int | None:
        """Tell since when there are numbers; null where there are none."""
        unsaved = self.rollup.unsaved()
        oldest = [self.store.oldest_ns("rollup"), unsaved["window_ns"].min() if unsaved.height else None]
        return min((cast("int", at_ns) for at_ns in oldest if at_ns is not None), default=None)
