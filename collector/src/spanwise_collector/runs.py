"""Runs as the query API tells them: read from the stored spans, with all that is known of each."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import polars as pl

from spanwise_collector.errors import TooLarge
from spanwise_collector.reader import RunCursor, RunFilter, RunPage
from spanwise_collector.rollup import summary
from spanwise_collector.rollup.lineage import Lineage, lineage
from spanwise_collector.store.store import Store
from spanwise_collector.store.traces import Most
from spanwise_schema.measures import NANO
from spanwise_schema.money import to_usd

MOST_SPANS: Final = 500_000
MOST_OF_ONE: Final = Most(100_000, 256 * 2**20)
MOST_STEPS: Final = 10_000
_ALL: Final = pl.lit(value=True)
_MILLION: Final = 1_000_000
_TOLD: Final = (
    "name", "provider", "model", "conversation_id", "user", "finish_reason", "resends", "cache_read_tokens",
    "reasoning_tokens", "cost_source",
)  # fmt: skip
_COLUMNS: Final = (*summary.SPANS, *_TOLD)
_VALUE: Final = {
    "start": "start_ns",
    "duration": "duration_ns",
    "cost": "cost_pico_usd",
    "tokens": "tokens",
    "steps": "steps",
}
_ID: Final = ("trace_id", "span_id")
_LLM: Final = pl.col("category") == "llm"
_STEP: Final = ~_LLM | (
    pl.col("operation").ne_missing("fetch_response") & pl.col("token_scope").fill_null("leaf").eq("leaf")
)
_FIRST_AND_LAST: Final = pl.col("input_tokens").filter(_LLM & _STEP).drop_nulls()
_SUMS: Final = ("input_tokens", "output_tokens", "cache_read_tokens", "reasoning_tokens")
_DETAILS: Final = (
    (_LLM & _STEP).sum().alias("llm_calls"),
    (~_LLM).sum().alias("tool_calls"),
    (_STEP & pl.col("error_type").is_not_null()).sum().alias("errors"),
    (pl.col("resends") > 0).sum().alias("retries"),
    (pl.col("cost_source") == "unpriced").sum().alias("unpriced_calls"),
    *(
        pl.when((_LLM & pl.col(name).is_not_null()).any()).then(pl.col(name).filter(_LLM).sum()).alias(name)
        for name in _SUMS
    ),
    pl.col("model").filter(_LLM).drop_nulls().unique().sort().alias("models"),
    pl.col("tool").drop_nulls().unique().sort().alias("tools"),
    _FIRST_AND_LAST.first().alias("first_input_tokens"),
    _FIRST_AND_LAST.last().alias("last_input_tokens"),
    pl.col("finish_reason").filter(_LLM).drop_nulls().last().alias("finish_reason"),
    *(pl.col(name).drop_nulls().first().alias(f"step_{name}") for name in ("conversation_id", "user", "tenant")),
)


def page(store: Store, wanted: RunFilter, now_ns: int) -> RunPage:
    """Give the runs that began in a window and fit a filter, sorted.

    Raises TooLarge where the traces of the window have more than MOST_SPANS spans.
    """
    spans = _spans(store, wanted)
    runs = _measured(spans, lineage(spans), now_ns)
    found = runs.filter(
        pl.col("start_ns").is_between(wanted.start_ns, wanted.end_ns, closed="right"), *_conditions(wanted)
    )
    value, last = _VALUE[wanted.sort], wanted.after
    ranked = found.sort(value, *_ID, descending=[wanted.descending, False, False], nulls_last=True)
    if last is not None:
        ranked = ranked.filter(_behind(pl.col(value), last, descending=wanted.descending))
    shown = ranked.head(wanted.limit)
    cursor = None
    if ranked.height > shown.height:
        row = shown.row(-1, named=True)
        cursor = RunCursor(row[value], row["trace_id"], row["span_id"])
    return RunPage([_told(row) for row in shown.iter_rows(named=True)], cursor)


def one(store: Store, trace_id: bytes, span_id: bytes, now_ns: int) -> dict[str, Any] | None:
    """Give one run with its steps, the oldest MOST_STEPS; null where there is none.

    Raises TooLarge where its trace has more spans than MOST_OF_ONE.
    """
    whole = store.traces([trace_id], MOST_OF_ONE)
    if whole.total.get(trace_id, 0) > whole.spans.height:
        size = f"{MOST_OF_ONE.spans} spans and {MOST_OF_ONE.size_bytes >> 20} MiB"
        raise TooLarge(f"a trace of {whole.total[trace_id]} spans; expected at most {size}")
    spans = _arranged(whole.spans.select(_COLUMNS))
    found = lineage(spans)
    runs = _measured(spans, found, now_ns)
    number = runs.with_row_index("number").filter(pl.col("span_id") == span_id)["number"]
    if not len(number):
        return None
    steps = _steps(spans, found).filter(pl.col("run") == number[0])
    again = frozenset[bytes](steps.filter(~_LLM).filter(summary.repeats())["span_id"].to_list())
    start_ns: int = runs["start_ns"][number[0]]
    told = [_step(row, start_ns, row["span_id"] in again) for row in steps.head(MOST_STEPS).iter_rows(named=True)]
    truncated = {"step_list": told, "truncated": len(told) < steps.height}
    return {**_told(runs.row(number[0], named=True)), **truncated}


def _spans(store: Store, wanted: RunFilter) -> pl.DataFrame:
    """Give the spans of all traces that may have a wanted run, but those that ended before it could begin."""
    near = store.newest(wanted.start_ns, _hint(wanted), ("trace_id",))
    traces = pl.concat([piece.unique() for piece, _ in near]).unique()
    parts: list[pl.DataFrame] = []
    height = 0
    for piece, _ in store.newest(wanted.start_ns, _ALL, _COLUMNS):
        part = piece.join(traces, on="trace_id", how="semi")
        height += part.height
        if height > MOST_SPANS:
            raise TooLarge(f"these runs have more than {MOST_SPANS} spans; ask for less at a time")
        parts.append(part)
    return _arranged(pl.concat(parts))


def _hint(wanted: RunFilter) -> pl.Expr:
    """Give what some span of a wanted run's trace has."""
    own = {"service": wanted.service, "environment": wanted.environment}
    asked = [pl.col(name) == value for name, value in own.items() if value is not None]
    began = pl.col("start_ns").is_between(wanted.start_ns, wanted.end_ns, closed="right")
    return pl.all_horizontal(asked) if asked else began


def _arranged(spans: pl.DataFrame) -> pl.DataFrame:
    return summary.in_order(spans).unique(_ID, keep="first", maintain_order=True)


def _measured(spans: pl.DataFrame, found: Lineage, now_ns: int) -> pl.DataFrame:
    """Give all that is known of each run, in the order of the lineage."""
    last = spans.group_by("trace_id").agg(pl.col("end_ns").max().alias("last_seen_ns"))
    quiet = last.select("trace_id", (now_ns - pl.col("last_seen_ns")).alias("quiet_ns"))
    runs = summary.with_status(summary.summary(spans), lambda: quiet).with_row_index("run").cast({"run": pl.Int64})
    details = _steps(spans, found).group_by("run", maintain_order=True).agg(_DETAILS)
    own = spans[found.head].select("conversation_id", "user")
    ids = [*runs["span_id"].to_list(), None]  # an outer run of -1 is none
    outer = pl.Series("outer_span_id", [ids[at] for at in found.outer.tolist()], pl.Binary)
    return (
        runs.join(details, on="run", how="left", maintain_order="left")
        .hstack(own)
        .hstack([outer])
        .join(last, on="trace_id", how="left", maintain_order="left")
        .with_columns(
            *(pl.coalesce(name, f"step_{name}").alias(name) for name in ("conversation_id", "user", "tenant")),
            pl.col("llm_calls", "tool_calls", "errors", "retries", "unpriced_calls").fill_null(0),
        )
    )


def _steps(spans: pl.DataFrame, found: Lineage) -> pl.DataFrame:
    steps = summary.steps_of(spans, found)
    return spans[steps.row].with_columns(pl.Series("run", steps.run, dtype=pl.Int64))


def _conditions(wanted: RunFilter) -> list[pl.Expr]:
    equal = {
        "service": wanted.service, "environment": wanted.environment, "tenant": wanted.tenant,
        "status": wanted.status, "conversation_id": wanted.conversation, "error_type": wanted.error_type,
    }  # fmt: skip
    least = {
        "duration_ns": wanted.min_duration_ns, "cost_pico_usd": wanted.min_cost_pico_usd, "steps": wanted.min_steps,
    }  # fmt: skip
    inside = {"models": wanted.model, "tools": wanted.tool}
    return [
        *(pl.col(name) == value for name, value in equal.items() if value is not None),
        *(pl.col(name) >= value for name, value in least.items() if value is not None),
        *(pl.col(name).list.contains(value) for name, value in inside.items() if value is not None),
        *([pl.col("agent").fill_null("") == wanted.agent] if wanted.agent is not None else []),
    ]


def _behind(value: pl.Expr, last: RunCursor, *, descending: bool) -> pl.Expr:
    """Tell what comes after the last run of a page; runs whose value is not known come last of all."""
    later = (pl.col("trace_id") > last.trace_id) | (
        (pl.col("trace_id") == last.trace_id) & (pl.col("span_id") > last.span_id)
    )
    if last.value is None:
        return value.is_null() & later
    further = value < last.value if descending else value > last.value
    return value.is_null() | further | ((value == last.value) & later)


def _told(row: Mapping[str, Any]) -> dict[str, Any]:
    first, latest = row["first_input_tokens"], row["last_input_tokens"]
    running = row["status"] == summary.RUNNING
    return {
        "trace_id": row["trace_id"].hex(),
        "span_id": row["span_id"].hex(),
        "outer_span_id": _hex(row["outer_span_id"]),
        "status": row["status"],
        "error_type": row["error_type"],
        "finish_reason": row["finish_reason"],
        **{name: row[name] for name in ("service", "agent", "environment", "tenant", "user")},
        "conversation": row["conversation_id"],
        "start": row["start_ns"] / NANO,
        "last_seen": row["last_seen_ns"] / NANO,
        "duration_s": None if running else _seconds(row["duration_ns"]),
        "steps": row["steps"],
        **{name: row[name] for name in ("llm_calls", "tool_calls", "errors", "retries", "repeated_tool_calls")},
        "tokens": row["tokens"],
        **{name: row[name] for name in _SUMS},
        "context_growth": latest / first if first else None,
        "cost_usd": _usd(row["cost_pico_usd"]),
        "unpriced_calls": row["unpriced_calls"],
        "models": row["models"] or [],
        "tools": row["tools"] or [],
        **_shares(row["llm_share"], row["own_share"]),
    }


def _shares(llm: int | None, own: int | None) -> dict[str, float | None]:
    if llm is None or own is None:
        return {"llm_share": None, "tool_share": None, "own_share": None}
    return {
        "llm_share": llm / _MILLION,
        "tool_share": (_MILLION - llm - own) / _MILLION,
        "own_share": own / _MILLION,
    }


def _step(row: Mapping[str, Any], start_ns: int, repeats: bool) -> dict[str, Any]:  # noqa: FBT001 - one caller
    return {
        "span_id": row["span_id"].hex(),
        "parent_span_id": _hex(row["parent_span_id"]),
        "category": row["category"],
        **{name: row[name] for name in ("name", "operation", "agent", "provider", "model", "tool")},
        "after_s": None if row["start_ns"] is None else (row["start_ns"] - start_ns) / NANO,
        "duration_s": _seconds(row["duration_ns"]),
        **{name: row[name] for name in ("error_type", "finish_reason", "resends", *_SUMS)},
        "cost_usd": _usd(row["cost_pico_usd"]),
        "cost_source": row["cost_source"],
        "repeats": repeats,
    }


def _hex(span_id: bytes | None) -> str | None:
    return None if span_id is None else span_id.hex()


def _seconds(nanos: int | None) -> float | None:
    return None if nanos is None else nanos / NANO


def _usd(pico: int | None) -> float | None:
    return None if pico is None else to_usd(pico)
