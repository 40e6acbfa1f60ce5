"""How much time intervals cover: those that lie side by side count once."""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]

_ROOM: Final = 2**62


def covered_ns(group: Ints, start_ns: Ints, end_ns: Ints, groups: int) -> Ints:
    """Give the length of the union of intervals, by group.

    Args:
        group: which group an interval belongs to, from 0.
        start_ns: where it begins.
        end_ns: where it ends; one that ends before it begins covers nothing.
        groups: how many groups there are.
    """
    total = np.zeros(groups, dtype=np.int64)
    if not len(group):
        return total
    step = np.diff(group)
    if not ((step > 0) | ((step == 0) & (np.diff(start_ns) >= 0))).all():
        order = np.lexsort((start_ns, group))
        group, start_ns, end_ns = group[order], start_ns[order], end_ns[order]
    end_ns = np.maximum(start_ns, end_ns)
    first = np.r_[True, group[1:] != group[:-1]]
    before = np.r_[start_ns[:1], _latest(group, start_ns, end_ns)[:-1]]
    since = np.where(first, start_ns, np.maximum(start_ns, before))
    starts = np.flatnonzero(first)
    total[group[starts]] = np.add.reduceat(np.maximum(0, end_ns - since), starts)
    return total


def _latest(group: Ints, start_ns: Ints, end_ns: Ints) -> Ints:
    """Give the latest end so far within a group; groups are in order."""
    least = int(start_ns.min())
    spread = int(end_ns.max()) - least + 1
    if spread * (int(group[-1]) + 1) < _ROOM:  # a later group is then always above an earlier one
        above = group * spread - least
        return np.maximum.accumulate(end_ns + above) - above
    ends, rank = np.unique(end_ns, return_inverse=True)
    return ends[np.maximum.accumulate(group * len(ends) + rank) % len(ends)]
