"""Which small segments become one: the policy, without any file."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Final

from spanwise_collector.store.manifest import Segment

MAX_BYTES: Final = 256 * 2**20  # of what is merged at once; it gets smaller by compression
LARGE_BYTES: Final = 32 * 2**20  # such a segment is left alone
_FEW: Final = 8  # segments that an hour which still fills may have of a size
_RATIO: Final = 2  # a segment is written again only with that much of its size in company
_SETTLED_NS: Final = 300 * 1_000_000_000  # an hour is over when most late spans are in


def group(segments: Sequence[Segment], now_ns: int, partition_ns: int) -> tuple[Segment, ...]:
    """Choose the segments to merge next, in commit order; empty when nothing is worth it.

    Small ones of one partition go together, the smallest first, so that a row is written again about
    log(size) times. While a partition fills, it takes eight, or enough for half of MAX_BYTES.

    Args:
        segments: committed segments, oldest commit first.
        now_ns: Unix time.
        partition_ns: how long a partition lasts.
    """
    small: defaultdict[str, list[Segment]] = defaultdict(list)
    for segment in segments:
        if segment.size_bytes < LARGE_BYTES:
            small[segment.file.rpartition("/")[0]].append(segment)
    for members in small.values():
        newest_ns = max(segment.max_ns for segment in members)
        over = (newest_ns // partition_ns + 1) * partition_ns + _SETTLED_NS < now_ns
        chosen, size_bytes = _company(members)
        if len(chosen) >= _FEW or (len(chosen) > 1 and (over or size_bytes >= MAX_BYTES // 2)):
            return tuple(segment for segment in members if segment in chosen)
    return ()


def _company(members: Sequence[Segment]) -> tuple[list[Segment], int]:
    chosen: list[Segment] = []
    size_bytes = 0
    for segment in sorted(members, key=lambda member: member.size_bytes):
        too_big = segment.size_bytes > _RATIO * size_bytes
        if chosen and (too_big or size_bytes + segment.size_bytes > MAX_BYTES):
            break
        chosen.append(segment)
        size_bytes += segment.size_bytes
    return chosen, size_bytes
