"""Find the call of another trace by which another emitter tells the same call.

Emitters whose spans are not around those of the SDK below (`emitters.NOT_AROUND`) leave them in traces of their own
where no span is around both. Only in services where one of them was seen such calls are looked for.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final, NamedTuple

import numpy as np

from spanwise_collector.resolve.emitters import NOT_AROUND
from spanwise_collector.resolve.read import Batch
from spanwise_collector.resolve.trace import Trace

_MOST_SERVICES: Final = 10_000
_MOST_PLACES: Final = 50_000
"""Calls that are remembered, those of tokens that came last."""
_MOST: Final = 64
"""Calls of an emitter that are looked at, the newest."""
_NOT_AROUND: Final = np.array(sorted(NOT_AROUND), np.uint32)
Tokens = tuple[int, int]
_TOKENS: Final = ("input_tokens", "output_tokens")
_UNTOLD: Final[Tokens] = (-1, -1)
_ANY: Final[Tokens] = (-2, -2)
_Key = tuple[str, Tokens]
_NEVER_NS: Final = 2**63 - 1


class Place(NamedTuple):
    """Where a call is, and what may speak against its being another: what is cheap to ask before its trace is read.

    Attributes:
        trace_id: of its trace.
        service: its service.
        span: the span id as a number; so on as in `Call`.
        start_ns: Unix time.
        end_ns: Unix time.
        emitter: who told it.
        answer: 0 where no response id was told.
    """

    trace_id: bytes
    service: str
    span: int
    start_ns: int
    end_ns: int
    emitter: int
    answer: int

    def may_be(self, other: Place) -> bool:
        """Tell whether time, trace and response id allow that it is the same call as one of another emitter."""
        return (
            self.start_ns <= other.end_ns
            and other.start_ns <= self.end_ns
            and self.trace_id != other.trace_id
            and (self.answer == other.answer or not (self.answer and other.answer))
        )


_COLUMNS: Final = Place._fields[2:]


@dataclass(slots=True)
class Newest:
    """The newest calls of one service and emitter, some of them of certain tokens; and when all that were did begin
    and end.
    """  # noqa: D205 - the sentence is one

    emitter: int
    places: list[Place] = field(default_factory=list[Place])  # most hold one: a deque takes eight times as much
    low_ns: int = _NEVER_NS
    high_ns: int = -_NEVER_NS

    def keep(self, place: Place) -> int:
        """Add a call; give how many more are remembered."""
        self.places.append(place)
        self.low_ns, self.high_ns = min(self.low_ns, place.start_ns), max(self.high_ns, place.end_ns)
        if len(self.places) <= _MOST:
            return 1
        del self.places[0]
        return 0

    def may_have(self, place: Place) -> bool:
        """Tell whether a call of it may be this one."""
        known = self.emitter in NOT_AROUND or place.emitter in NOT_AROUND
        return (
            known and self.emitter != place.emitter and place.start_ns <= self.high_ns and self.low_ns <= place.end_ns
        )


class Apart:
    """The newest calls of services in which an emitter is not around the SDK, by their tokens. One thread only.

    Args:
        most: calls that are remembered at most.
    """

    def __init__(self, most: int = _MOST_PLACES) -> None:
        self.services: set[str] = set()
        self._most = most
        self._places = 0
        self._of: OrderedDict[_Key, dict[int, Newest]] = OrderedDict()

    def __len__(self) -> int:
        return self._places

    def new_services(self, batch: Batch) -> set[str]:
        """Name the services in which such an emitter is seen for the first time; from now on they are looked at."""
        found = np.isin(batch.packed["emitter"], _NOT_AROUND)
        if not found.any() or len(self.services) >= _MOST_SERVICES:
            return set()
        seen = set[str](batch.frame["service"].gather(np.flatnonzero(found)).unique().to_list())
        new = seen - self.services
        self.services |= new
        return new

    def meet(self, batch: Batch) -> set[bytes]:
        """Remember the calls of a batch; give the traces of those that a call of another trace may tell."""
        met = set[bytes]()
        if not self.services:
            return met
        wanted = batch.frame["service"].is_in(list(self.services)).arg_true().to_numpy()
        packed = batch.packed[wanted]
        rows = batch.frame.select("trace_id", "service")[wanted].iter_rows()
        columns = (packed[name].tolist() for name in (*_COLUMNS, *_TOKENS))
        for (trace_id, service), values in zip(rows, zip(*columns, strict=True), strict=True):
            place, tokens = Place(trace_id, service, *values[:-2]), (values[-2], values[-1])
            if next(self.near(place, tokens), None):
                met.add(trace_id)
            self._keep(place, tokens)
        return met

    def learn(self, traces: Iterable[tuple[bytes, Trace]], services: Mapping[int, str]) -> None:
        """Remember the calls of traces, the newest trace first, whose labels are of one of these services."""
        for trace_id, trace in reversed(list(traces)):
            columns = (trace.column(name) for name in ("labels", *_COLUMNS, *_TOKENS))
            for labels, *values in zip(*columns, strict=True):
                if labels in services:
                    self._keep(Place(trace_id, services[labels], *values[:-2]), (values[-2], values[-1]))

    def near(self, place: Place, tokens: Tokens) -> Iterator[Place]:
        """Give where calls are that may be this one: with the same tokens, then without any; where none are told, any.

        At most _MOST of each emitter, the newest first.
        """
        keys = [_ANY] if tokens == _UNTOLD else [tokens, _UNTOLD]
        for key in keys:
            for newest in self._of.get((place.service, key), {}).values():
                if newest.may_have(place):
                    yield from filter(place.may_be, reversed(newest.places))

    def _keep(self, place: Place, tokens: Tokens) -> None:
        for key in ((place.service, tokens), (place.service, _ANY)):
            by_emitter = self._of.setdefault(key, {})
            self._of.move_to_end(key)
            newest = by_emitter.get(place.emitter)
            if newest is None:
                newest = by_emitter[place.emitter] = Newest(place.emitter)
            self._places += newest.keep(place)
        while self._places > self._most:
            _, oldest = self._of.popitem(last=False)
            self._places -= sum(len(newest.places) for newest in oldest.values())
