"""The whole way of a span, on one page: accept → decode → journal → normalise → price → rollup → store."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from typing import Any, Final

import msgspec
import polars as pl

from spanwise_collector.batch import Decoded
from spanwise_collector.decode.otlp_protobuf import decode
from spanwise_collector.handover import Item
from spanwise_collector.normalise import WANTED, normalise
from spanwise_collector.price import PriceBook
from spanwise_collector.query import Query, Series
from spanwise_collector.rollup.rollup import HISTORY_COLUMNS, Rollup, answer_history
from spanwise_collector.sample import sample
from spanwise_collector.store.store import Store
from spanwise_collector.telemetry import Ledger
from spanwise_schema.columns import STORED
from spanwise_schema.measures import NANO

_LOG: Final = logging.getLogger(__name__)
_DUPLICATES_NS: Final = 900 * NANO


class Pipeline:
    """Turns acknowledged requests into stored spans and numbers.

    One thread calls `apply` and `commit`; any thread may ask. `applied_seq` is the last journal record whose spans
    are in every number.
    """

    def __init__(self, store: Store, rollup: Rollup, prices: PriceBook, now_ns: Callable[[], int]) -> None:
        self.store = store
        self.rollup = rollup
        self.prices = prices
        self.ledger = Ledger()
        self.published = self.ledger.dump()
        self.set_aside: list[int] = []
        self.applied_seq = store.applied_seq
        self._now_ns = now_ns

    def resume(self) -> None:
        """Take up what the last commit kept; the journal's tail is to be applied after it."""
        if self.store.state is None:
            return
        now_ns = self._now_ns()
        state: dict[str, Any] = msgspec.msgpack.decode(self.store.state)
        self.ledger.load(state["ledger"])
        self.rollup.restore(state["rollup"], self.store.deltas(now_ns - self.rollup.keep_ns), now_ns)
        self.published = self.ledger.dump()
        self.rollup.seen.add(self.store.ids_since(now_ns - _DUPLICATES_NS))

    def warm(self) -> None:
        """Load what the first batch would wait for: the price table, the compiled expressions."""
        decoded = self.decode(sample())
        priced = self._understand([Item(0, 0, 0, decoded)])
        assert priced is not None
        Rollup().add(priced, self._now_ns())

    @staticmethod
    def decode(body: bytes) -> Decoded:
        """Decode one OTLP request into a batch with the columns that the dialects want."""
        return decode(body, WANTED)

    def apply(self, items: Sequence[Item]) -> None:
        """Bring requests into every number, in the order of the journal.

        A request that cannot be understood together with others is tried alone; if it cannot even so, its spans are
        counted as rejected and its number is in `set_aside`.
        """
        try:
            self._account(items, self._understand(items))
        except (pl.exceptions.PolarsError, ArithmeticError, LookupError, TypeError, ValueError) as fault:
            if len(items) > 1:
                for item in items:
                    self.apply([item])
                return
            _LOG.exception("request %d is set aside: %s", items[0].seq, fault)
            self._set_aside(items[0])
        self.applied_seq = items[-1].seq
        self.published = self.ledger.dump()

    def _understand(self, items: Sequence[Item]) -> pl.DataFrame | None:
        frames = [item.decoded.frame for item in items if item.decoded.frame.height]
        if not frames:
            return None
        normalised = normalise(pl.concat(frames, how="diagonal"))
        self.ledger.field_faults.update(normalised.faults)
        return self.prices.price(normalised.frame).select(list(STORED))

    def _account(self, items: Sequence[Item], priced: pl.DataFrame | None) -> None:
        spans = sum(item.decoded.frame.height for item in items)
        fresh = None if priced is None else priced.filter(self.rollup.seen.add(priced))
        if fresh is not None and fresh.height:
            self.rollup.add(fresh, items[-1].received_ns)
            self.store.append(fresh)
            self.ledger.stored += fresh.height
            spans -= fresh.height
        self.ledger.duplicate += spans
        for item in items:
            self._count(item)

    def _count(self, item: Item) -> None:
        self.ledger.received += item.decoded.received
        self.ledger.rejected.update(item.decoded.rejected)
        self.ledger.field_faults.update(item.decoded.faults)

    def _set_aside(self, item: Item) -> None:
        self._count(item)
        self.ledger.rejected["not understood"] += item.decoded.frame.height
        self.set_aside.append(item.seq)

    def due(self) -> bool:
        """Tell whether it is time to commit."""
        return self.store.due(self._now_ns() / NANO)

    def commit(self) -> None:
        """Make segments and checkpoint of all that was applied; the journal up to `applied_seq` may go.

        Raises:
            StoreDown: the disk refused; nothing is lost, it is to be tried again.
        """
        state, deltas = self.rollup.checkpoint()
        packed = msgspec.msgpack.encode({"ledger": self.ledger.dump(), "rollup": state})
        self.store.commit(self.applied_seq, packed, deltas, self._now_ns() / NANO)
        self.rollup.saved()

    def answer(self, query: Query) -> list[Series]:
        """Answer from the live windows where they reach, else from stored spans."""
        if self.rollup.live(query, self._now_ns()):
            return self.rollup.answer(query)
        return answer_history(query, self.store.scan(query.first_ns, query.last_ns, HISTORY_COLUMNS))
