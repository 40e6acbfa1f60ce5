from __future__ import annotations

from spanwise_collector.store import merging
from spanwise_collector.store.manifest import Segment
from tests.collector.store.stored import HOUR_NS, NOON_NS

MIB = 2**20
DURING = NOON_NS + HOUR_NS // 2
AFTER = NOON_NS + 2 * HOUR_NS


def segment(number: int, size_bytes: int, *, hour: int = 12) -> Segment:
    at_ns = NOON_NS + (hour - 12) * HOUR_NS + number
    return Segment(f"spans/hour={hour}/{number}.parquet", 10, size_bytes, at_ns, at_ns)


def chosen(segments: list[Segment], now_ns: int) -> list[str]:
    return [found.file for found in merging.group(segments, now_ns, HOUR_NS)]


def test_an_hour_that_fills_is_merged_by_eight():
    some = [segment(number, MIB) for number in range(8)]
    assert chosen(some[:7], DURING) == []
    assert chosen(some, DURING) == [found.file for found in some]


def test_an_hour_that_fills_is_merged_early_when_that_makes_a_large_segment():
    some = [segment(number, 30 * MIB) for number in range(5)]
    assert chosen(some[:4], DURING) == []
    assert chosen(some, DURING) == [found.file for found in some]


def test_an_hour_that_is_over_becomes_one_segment():
    assert len(chosen([segment(0, MIB), segment(1, MIB)], AFTER)) == 2
    assert chosen([segment(0, MIB)], AFTER) == []


def test_an_hour_is_not_over_while_late_spans_come():
    assert chosen([segment(0, MIB), segment(1, MIB)], NOON_NS + HOUR_NS + 60 * 10**9) == []


def test_a_late_span_does_not_make_an_hour_be_written_again():
    assert chosen([segment(0, 20 * MIB), segment(1, 1_000)], AFTER) == []
    late = [segment(number, 1_000) for number in range(1, 4)]
    assert chosen([segment(0, 20 * MIB), *late], AFTER) == [found.file for found in late]


def test_large_segments_and_other_hours_are_left_alone():
    some = [segment(0, merging.LARGE_BYTES), segment(1, MIB), segment(2, MIB, hour=11), segment(3, MIB)]
    assert chosen(some, AFTER) == [some[1].file, some[3].file]


def test_no_merge_takes_more_than_its_limit():
    some = [segment(number, 31 * MIB) for number in range(20)]
    found = merging.group(some, DURING, HOUR_NS)
    assert sum(member.size_bytes for member in found) <= merging.MAX_BYTES
