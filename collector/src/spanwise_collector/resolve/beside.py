"""Find the span beside a call by which another emitter tells the same call.

Frameworks tell their calls from callbacks: their spans are no parents of those of the SDK below, which lie beside
them. What tells them is the emitter, the time and the tokens; of each emitter one span tells a call.
"""

from __future__ import annotations

from itertools import islice
from typing import Final

from spanwise_collector.resolve.call import Call, alike, at_once
from spanwise_collector.resolve.emitters import FIRST_TOKENS, FIRST_TOKENS_TWICE
from spanwise_collector.resolve.trace import Tree

_MOST: Final = 256
"""Calls of a trace that are looked at, the newest first."""
_MOSTLY: Final = 0.8
"""The part of the shorter of two spans that lies within the longer, where their tokens do not tell."""


def beside(call: Call, tree: Tree) -> tuple[list[Call], list[Call]]:
    """Find of a newcomer the call that another emitter told, at most one, and the reports of what it used.

    They have the same tokens, or one emitter's are known to be a few more, and overlap in time; where one of them tells
    none, one lies mostly within the other.
    Marks them as paired, with what lies around and within them.
    """
    if tree.emitters <= {call.emitter}:
        return [], []
    found = [
        other
        for other in islice(reversed(tree.calls.values()), _MOST)
        if other.emitter != call.emitter and at_once(call, other) and alike(call, other) and _fits(call, other)
    ]
    above = set(tree.chain(call.span)) if found else set[int]()
    found = [other for other in found if other.span not in above and call.span not in tree.chain(other.span)]
    reports = [other for other in found if not other.lasting and call.told and other.told]
    if not call.lasting:
        return ([], reports) if not found else (found[:1], reports)
    free = [other for other in found if other.lasting and not _taken(call, tree, other, tree)]
    if not free:
        return [], reports
    other = max(free, key=lambda other: (_same_tokens(call, other), -abs(call.start_ns - other.start_ns)))
    _pair(call, tree, other, tree)
    return [other], reports


def apart(call: Call, tree: Tree, other: Call, others: Tree) -> bool:
    """Tell whether a call of another trace, whose tree is given too, is the same or a report of what it used.

    Marks them as paired unless one is a report.
    """
    one = other.emitter != call.emitter and alike(call, other) and _mostly_within(call, other) and _fits(call, other)
    if not (one and call.lasting and other.lasting):
        return one
    if _taken(call, tree, other, others):
        return False
    _pair(call, tree, other, others)
    return True


def _pair(call: Call, tree: Tree, other: Call, others: Tree) -> None:
    call.guessed = not _same_tokens(call, other)
    for one, around, emitter in ((call, tree, other.emitter), (other, others, call.emitter)):
        for near in (one, *around.above(one), *around.below(one)):
            near.paired = (*near.paired, emitter)


def _taken(call: Call, tree: Tree, other: Call, others: Tree) -> bool:
    """Say whether the emitter of one of them told the other's call by another span already."""
    return call.emitter in _tellers(other, others) or other.emitter in _tellers(call, tree)


def _tellers(call: Call, tree: Tree) -> set[int]:
    return {*call.paired, *(near.emitter for near in (*tree.above(call), *tree.below(call)))}


def _same_tokens(one: Call, other: Call) -> bool:
    return one.told and (one.input_tokens, one.output_tokens) == (other.input_tokens, other.output_tokens)


def _same_but_first(one: Call, other: Call) -> bool:
    """Tell whether two spans have the same tokens but for those that one emitter adds twice."""
    if (one.emitter in FIRST_TOKENS_TWICE) == (other.emitter in FIRST_TOKENS_TWICE):
        return False
    twice, once = (one, other) if one.emitter in FIRST_TOKENS_TWICE else (other, one)
    more = twice.output_tokens - once.output_tokens
    return one.input_tokens == other.input_tokens and 0 < more <= FIRST_TOKENS and _mostly_within(one, other)


def _mostly_within(one: Call, other: Call) -> bool:
    together_ns = min(one.end_ns, other.end_ns) - max(one.start_ns, other.start_ns)
    shorter_ns = min(one.end_ns - one.start_ns, other.end_ns - other.start_ns)
    return together_ns >= _MOSTLY * shorter_ns


def _fits(one: Call, other: Call) -> bool:
    if one.told and other.told:
        return _same_tokens(one, other) or _same_but_first(one, other)
    if not (one.lasting and other.lasting and _mostly_within(one, other)):
        return False
    # Not every emitter tells of an error; but whoever tells tokens tells of a call that went well.
    return one.failed == other.failed or not (one.told or other.told)
