"""Find the span beside a call by which another emitter tells the same call.

Frameworks tell their calls from callbacks: their spans are no parents of those of the SDK below, which lie beside
them. What tells them is the emitter, the time and the tokens; of each emitter one span tells a call.
"""

from __future__ import annotations

from itertools import islice
from typing import Final

from spanwise_collector.resolve.call import Call, alike, at_once
from spanwise_collector.resolve.trace import Tree

_MOST: Final = 256
"""Calls of a trace that are looked at, the newest first."""
_MOSTLY: Final = 0.8
"""The part of the shorter of two spans that lies within the longer, where their tokens do not tell."""


def beside(call: Call, tree: Tree) -> tuple[list[Call], list[Call]]:
    """Find of a newcomer the call that another emitter told, at most one, and the reports of what it used.

    They have the same tokens and overlap in time; where one of them tells none, one lies mostly within the other.
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
    reports = [other for other in found if not other.lasting and _same_tokens(call, other)]
    if not call.lasting:
        return ([], reports) if not found else (found[:1], reports)
    free = [other for other in found if other.lasting and not _taken(call, other, tree)]
    if not free:
        return [], reports
    other = max(free, key=lambda other: (_same_tokens(call, other), -abs(call.start_ns - other.start_ns)))
    call.guessed = not _same_tokens(call, other)
    for one, emitter in ((call, other.emitter), (other, call.emitter)):
        for near in (one, *tree.above(one), *tree.below(one)):
            near.paired = (*near.paired, emitter)
    return [other], reports


def _taken(call: Call, other: Call, tree: Tree) -> bool:
    """Say whether the emitter of one of them told the other's call by another span already."""
    return call.emitter in _tellers(other, tree) or other.emitter in _tellers(call, tree)


def _tellers(call: Call, tree: Tree) -> set[int]:
    return {*call.paired, *(near.emitter for near in (*tree.above(call), *tree.below(call)))}


def _same_tokens(one: Call, other: Call) -> bool:
    return one.told and (one.input_tokens, one.output_tokens) == (other.input_tokens, other.output_tokens)


def _fits(one: Call, other: Call) -> bool:
    if one.told and other.told:
        return _same_tokens(one, other)
    together_ns = min(one.end_ns, other.end_ns) - max(one.start_ns, other.start_ns)
    shorter_ns = min(one.end_ns - one.start_ns, other.end_ns - other.start_ns)
    if not (one.lasting and other.lasting) or together_ns < _MOSTLY * shorter_ns:
        return False
    # Not every emitter tells of an error; but whoever tells tokens tells of a call that went well.
    return one.failed == other.failed or not (one.told or other.told)
