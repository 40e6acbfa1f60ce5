"""Which services there are, what their spans are called, and which one calls which."""

from __future__ import annotations

from typing import Final

from spanwise_collector.store.store import Store
from spanwise_collector.tags import UNKNOWN_SERVICE
from spanwise_schema.measures import NANO

_RECENT_NS: Final = 72 * 3_600 * NANO  # as far as Jaeger looks; a list must not read a month of spans
_MOST: Final = 10_000  # names or edges in an answer
_NAMES: Final = """
    select distinct coalesce(service, $unknown) as service from spans
    where end_ns >= $since_ns
    order by service limit $most
"""
_OPERATIONS: Final = """
    select distinct name from spans
    where end_ns >= $since_ns
      and (service = $service or ($service = $unknown and service is null))
      and name is not null
    order by name limit $most
"""
_DEPENDENCIES: Final = """
    with near as (
        select trace_id, span_id, parent_span_id, coalesce(service, $unknown) as service
        from spans
        where end_ns >= $start_ns and start_ns <= $end_ns
    )
    select parent.service, child.service, count(*)
    from near as child join near as parent
        on parent.trace_id = child.trace_id and parent.span_id = child.parent_span_id
    where parent.service <> child.service
    group by 1, 2
    order by 1, 2
    limit $most
"""


def names(store: Store, now_ns: int) -> list[str]:
    """Name the services whose spans ended in the last three days, sorted; without a name it is UNKNOWN_SERVICE."""
    asked = {"since_ns": now_ns - _RECENT_NS, "unknown": UNKNOWN_SERVICE, "most": _MOST}
    return store.sql(_NAMES, asked).to_series().to_list()


def operations(store: Store, service: str, now_ns: int) -> list[str]:
    """Name the spans of a service that ended in the last three days, sorted."""
    asked = {"since_ns": now_ns - _RECENT_NS, "service": service, "unknown": UNKNOWN_SERVICE, "most": _MOST}
    return store.sql(_OPERATIONS, asked).to_series().to_list()


def dependencies(store: Store, start_ns: int, end_ns: int) -> list[tuple[str, str, int]]:
    """Count by parent and child service how often one called the other, of spans open in [start_ns, end_ns]."""
    asked = {"start_ns": start_ns, "end_ns": end_ns, "unknown": UNKNOWN_SERVICE, "most": _MOST}
    return [(parent, child, calls) for parent, child, calls in store.sql(_DEPENDENCIES, asked).iter_rows()]
