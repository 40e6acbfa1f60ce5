"""Find the call of another trace by which another emitter tells the same call.

Emitters whose spans are not around those of the SDK below (`emitters.NOT_AROUND`) leave them in traces of their own
where no span is around both. Only in services where one of them was seen such calls are looked for.
"""

from __future__ import annotations

from collections import OrderedDict, deque
from collections.abc import Iterable, Iterator
from typing import Final, NamedTuple

import numpy as np

from spanwise_collector.resolve.call import Call
from spanwise_collector.resolve.emitters import NOT_AROUND
from spanwise_collector.resolve.read import Batch
from spanwise_collector.resolve.trace import Trace

_MOST_SERVICES: Final = 10_000
_MOST_TOKENS: Final = 65_536
"""Different counts of tokens that are remembered, the newest."""
_MOST: Final = 64
"""Calls that are looked at, the newest."""
_NOT_AROUND: Final = np.array(sorted(NOT_AROUND), np.uint32)
_Tokens = tuple[int, int]
_UNTOLD: Final[_Tokens] = (-1, -1)


class Place(NamedTuple):
    """Where a call is: its trace and its span, the id as a number."""

    trace_id: bytes
    span: int


class Apart:
    """The newest calls of services in which an emitter is called back, by their tokens. One thread only."""

    def __init__(self) -> None:
        self.services: set[str] = set()
        self._of: OrderedDict[_Tokens, deque[Place]] = OrderedDict()
        self._newest: deque[Place] = deque(maxlen=_MOST)

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
        columns = (packed[name].tolist() for name in ("span", "input_tokens", "output_tokens"))
        traces = batch.frame["trace_id"].gather(wanted).to_list()
        for trace_id, span, *tokens in zip(traces, *columns, strict=True):
            if any(place.trace_id != trace_id for place in self.near(tokens[0], tokens[1])):
                met.add(trace_id)
            self._keep(Place(trace_id, span), (tokens[0], tokens[1]))
        return met

    def learn(self, traces: Iterable[tuple[bytes, Trace]], labels: frozenset[int]) -> None:
        """Remember the calls of traces, the newest trace first, whose labels are among these."""
        for trace_id, trace in reversed(list(traces)):
            columns = (trace.column(name) for name in ("labels", "span", "input_tokens", "output_tokens"))
            for key, span, *tokens in zip(*columns, strict=True):
                if key in labels:
                    self._keep(Place(trace_id, span), (tokens[0], tokens[1]))

    def near(self, input_tokens: int, output_tokens: int) -> Iterator[Place]:
        """Give where calls are with the same tokens, then such without any; where none are told, any calls.

        At most _MOST of each, the newest first.
        """
        if (input_tokens, output_tokens) == _UNTOLD:
            yield from reversed(self._newest)
        else:
            yield from reversed(self._of.get((input_tokens, output_tokens), ()))
            yield from reversed(self._of.get(_UNTOLD, ()))

    def _keep(self, place: Place, tokens: _Tokens) -> None:
        places = self._of.get(tokens)
        if places is None:
            places = self._of[tokens] = deque(maxlen=_MOST)
        self._of.move_to_end(tokens)
        places.append(place)
        self._newest.append(place)
        if len(self._of) > _MOST_TOKENS:
            self._of.popitem(last=False)


def may_be_one(one: Call, other: Call, *, a_root: bool) -> bool:
    """Tell whether nothing speaks against two calls of different traces being the same, beside tokens and time.

    Args:
        one: a call.
        other: another.
        a_root: one of them has nothing around it.
    """
    known = (one.emitter in NOT_AROUND) + (other.emitter in NOT_AROUND)
    differ = bool(one.answer and other.answer and one.answer != other.answer)
    # Of two that are not around the SDK each may have an agent's span of its own around it.
    return known > (not a_root) and not differ
