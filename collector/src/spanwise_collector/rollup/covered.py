"""How much time intervals cover: those that lie side by side count once."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]


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
    order = np.lexsort((start_ns, group))
    group, start_ns, end_ns = group[order], start_ns[order], end_ns[order]
    # The latest end so far within a group: ends as their ranks, so that a later group is always above an earlier one.
    ends, rank = np.unique(end_ns, return_inverse=True)
    latest = np.maximum.accumulate(group * len(ends) + rank)
    before = np.empty_like(start_ns)
    before[0] = start_ns[0]
    before[1:] = np.where(group[1:] == group[:-1], ends[latest[:-1] % len(ends)], start_ns[1:])
    more = np.maximum(0, end_ns - np.maximum(start_ns, before))
    np.add.at(total, group, more)
    return total
