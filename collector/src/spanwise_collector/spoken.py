"""Which emitters were heard, in which dialect, and what they say that no table reads."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any, Final

from opentelemetry.proto.common.v1.common_pb2 import AnyValue
from opentelemetry.proto.trace.v1.trace_pb2 import Span

from spanwise_collector.normalise import WANTED
from spanwise_collector.store.store import Store
from spanwise_schema.measures import NANO

_USAGE: Final = re.compile("token|usage|cost", re.IGNORECASE)
_NO_USAGE: Final = re.compile("max_(output_|completion_)?tokens|time_to_first_token|per_output_token", re.IGNORECASE)
_NUMBER: Final = re.compile(r"\s*[+-]?\d+(\.\d*)?\s*|\s*\{.*")

# Nobody sent the spans of signal `agent`: they are what an agent told as the sum of its calls, once more.
_SPOKEN: Final = """
    select
        scope_name, scope_version, dialect,
        count(*) as spans,
        count(*) filter (category = 'llm') as calls,
        count(*) filter (category = 'llm' and token_scope = 'duplicate') as duplicate_calls,
        count(*) filter (
            category = 'llm' and token_scope is distinct from 'duplicate' and token_scope is distinct from 'none'
            and input_tokens is null and output_tokens is null
        ) as calls_without_tokens,
        max(end_ns) as last_ns,
        arg_max(raw, end_ns, 10) filter (octet_length(raw) <= 65536) as samples
    from spans
    where end_ns > $start_ns and signal is distinct from 'agent'
    group by scope_name, scope_version, dialect
    order by spans desc, scope_name, scope_version, dialect
    limit 200
"""


def spoken(store: Store, start_ns: int) -> list[dict[str, Any]]:
    """Give the emitters of the spans that ended after a moment, those of most spans first.

    Each has `scope`, `version`, `dialect`, `spans`, `calls`, `duplicate_calls` (another emitter
    told them first), `calls_without_tokens`, `last_seen` (Unix seconds) and
    `unmapped`: keys of its newest ten spans (of at most 64 KiB) that look like usage and that no table reads.
    """
    return [_emitter(row) for row in store.sql(_SPOKEN, {"start_ns": start_ns}).iter_rows(named=True)]


def unmapped(raws: Sequence[bytes]) -> list[str]:
    """Name the attributes of spans that look like usage and that no table reads."""
    return sorted({key for raw in raws for key in _like_usage(Span.FromString(raw))})


def _emitter(row: dict[str, Any]) -> dict[str, Any]:
    return {
        "scope": row["scope_name"],
        "version": row["scope_version"],
        "dialect": row["dialect"],
        "spans": row["spans"],
        "calls": row["calls"],
        "duplicate_calls": row["duplicate_calls"],
        "calls_without_tokens": row["calls_without_tokens"],
        "last_seen": row["last_ns"] / NANO,
        "unmapped": unmapped(row["samples"] or []),
    }


def _like_usage(span: Span) -> Iterator[str]:
    for attribute in span.attributes:
        key = attribute.key
        if key not in WANTED.attributes and _USAGE.search(key) and not _NO_USAGE.search(key) and _told(attribute.value):
            yield key


def _told(value: AnyValue) -> bool:
    """Tell whether a value is a number, or a text of one, or holds several."""
    held = value.WhichOneof("value")
    return held in ("int_value", "double_value", "kvlist_value") or bool(_NUMBER.fullmatch(value.string_value[:1_000]))
