"""One call of a model as far as it is remembered, and how two spans are known to tell the same call."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import Final
from zlib import crc32

import msgspec
import numpy as np

_REMEMBERED: Final = 4096
_ROUTE: Final = re.compile(r"^(?:[a-z]+\.)+(?=[a-z])")  # `us.anthropic.` before a name, as Bedrock writes it
_RELEASE: Final = re.compile(r"(?:-v\d+(?::\d+)?|[-@](?:\d{4}-\d{2}-\d{2}|\d{8}|\d{4}|latest))$")


KINDS: Final = ("text", "embeddings", "rerank")
"""Calls of different kinds are never the same; all that write text are of one."""

CALL: Final = np.dtype([
    ("span", "<u8"), ("start_ns", "<i8"), ("end_ns", "<i8"), ("answer", "<u8"), ("labels", "<u8"),
    ("input_tokens", "<i8"), ("output_tokens", "<i8"), ("cost_pico_usd", "<i8"),
    ("model", "<u4"), ("response_model", "<u4"), ("emitter", "<u4"), ("kind", "u1"), ("failed", "u1"), ("timed", "u1"),
    ("lasting", "u1"),
])  # fmt: skip
"""A call as it came, packed; -1 stands for a number that was not told."""


class Call(msgspec.Struct, array_like=True, gc=False):
    """A span that tells a call.

    Attributes:
        span: the span id as a number.
        start_ns: Unix time.
        end_ns: Unix time.
        answer: a hash of the provider's response id; 0 where none was told or it is too short to be unique.
        labels: a hash of its values of DIMENSIONS.
        input_tokens: -1 where not told; so are the next two.
        output_tokens: as told.
        cost_pico_usd: as priced.
        model: `model_code` of the model that was asked.
        response_model: `model_code` of the model that answered.
        emitter: a number that spans of the same scope share.
        kind: a place in KINDS.
        failed: it ended in an error.
        timed: its time to the first chunk is counted; of a newcomer: is told.
        lasting: it has a duration; else it is a report of what a call used.
        outer: another call lies below it.
        called: it is counted as a call.
        used: its tokens are counted.
        priced: its cost is counted.
        paired: emitters of which a span beside it tells it too.
        guessed: that it is the call which another emitter told is known by time alone.
    """

    span: int
    start_ns: int
    end_ns: int
    answer: int
    labels: int
    input_tokens: int
    output_tokens: int
    cost_pico_usd: int
    model: int
    response_model: int
    emitter: int
    kind: int
    failed: int
    timed: int
    lasting: int
    outer: bool = False
    called: bool = True
    used: bool = False
    priced: bool = False
    paired: tuple[int, ...] = ()
    guessed: bool = False

    @property
    def told(self) -> bool:
        """Tell whether it has any tokens of its own."""
        return self.input_tokens >= 0 or self.output_tokens >= 0

    @property
    def tokens(self) -> int:
        """All its tokens, as told."""
        return max(self.input_tokens, 0) + max(self.output_tokens, 0)


def unpacked(packed: bytes) -> Iterator[Call]:
    """Make of packed calls (CALL, one after the other) such that are counted whole."""
    for values in np.frombuffer(packed, CALL).tolist():
        call = Call(*values)
        call.used, call.priced = call.told, call.cost_pico_usd >= 0
        yield call


@lru_cache(_REMEMBERED)
def model_name(name: str) -> str:
    """Write a model's name without its route and its release: `openai/gpt-4o-2024-08-06` is `gpt-4o`."""
    bare = _ROUTE.sub("", name.strip().lower().rpartition("/")[2])
    return _RELEASE.sub("", _RELEASE.sub("", bare))


@lru_cache(_REMEMBERED)
def model_code(name: str | None) -> int:
    """Give a number that names of the same model share; 0 for none."""
    return crc32(model_name(name).encode()) if name else 0


def alike(one: Call, other: Call) -> bool:
    """Tell whether nothing speaks against two spans being the same call: the kind, and models that both told."""
    mine, theirs = {one.model, one.response_model} - {0}, {other.model, other.response_model} - {0}
    return one.kind == other.kind and (not mine or not theirs or not mine.isdisjoint(theirs))


def at_once(one: Call, other: Call) -> bool:
    """Tell whether two spans overlap in time."""
    return max(one.start_ns, other.start_ns) <= min(one.end_ns, other.end_ns)


def same_answer(one: Call, other: Call) -> bool:
    """Tell whether two spans with the same response id can be one call; a server of fixed answers gives all one id."""
    both_told = one.told and other.told
    differ = one.input_tokens != other.input_tokens and one.output_tokens != other.output_tokens
    return alike(one, other) and not (both_told and differ)


def stands_for(calls: Iterable[Call]) -> Call | None:
    """Choose the counted call to whose series is added what it did not tell: the newest that went well."""
    return max((call for call in calls if call.called), key=lambda call: (not call.failed, call.end_ns), default=None)
