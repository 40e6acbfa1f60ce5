"""The step: a decoded frame becomes a frame of calls."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import polars as pl

from spanwise_collector.normalise import arguments, vocabulary
from spanwise_collector.normalise.compile import COMPILED, Plan, out_of_range, plan, without_empty
from spanwise_collector.normalise.counting import counted_how
from spanwise_collector.normalise.lengths import EXCEPTION, too_long, without_long
from spanwise_collector.normalise.naming import named
from spanwise_collector.normalise.recognise import PLACE, name, recognise
from spanwise_collector.normalise.registry import READ, WANTED
from spanwise_collector.normalise.spelling import Spell, respell
from spanwise_collector.normalise.tokens import resolve
from spanwise_collector.normalise.unfold import unfold
from spanwise_schema.columns import CALL, SPAN
from spanwise_schema.operations import CATEGORY

__all__ = ["WANTED", "Normalised", "normalise"]

_HANDED_ON: Final = (*SPAN, *CALL)
_STATUS_OK: Final = 1
_STATUS_ERROR: Final = 2
_OF_CALLS_ONLY: Final = ("ttft_ns", "stream", "service_tier")
_LLM: Final = pl.col("category") == "llm"
# Agents and workflows tell what their calls used; whether that was told before is decided later.
_TELLS: Final = (
    (pl.col("category").is_in(("llm", "agent", "workflow")) & pl.col("counted").ne_missing("elsewhere"))
    .fill_null(value=False)
    .alias("tells_usage")
)
_FETCH: Final = pl.col("operation") == "fetch_response"
_FETCHED_USAGE: Final = (
    # The request that began a response in the background told no usage, the fetch that saw its end tells all.
    pl.when(_FETCH & pl.col("output_tokens").is_not_null())
    .then(pl.lit("llm"))
    .otherwise(pl.col("category"))
    .alias("category")
)
_DURATION: Final = pl.col("end_ns") - pl.col("start_ns")
_REPORT: Final = _LLM & (_DURATION == 0) & pl.col("lasted_ns").is_not_null()
_ERROR_TYPE: Final = (
    pl.when(pl.col("error_type").is_not_null())
    .then(pl.col("error_type"))
    # An exception that the code handled may be on a span that says it went well.
    .when((pl.col(EXCEPTION) != "") & (pl.col("status_code") != _STATUS_OK))
    .then(pl.col(EXCEPTION))
    .when(pl.col("status_code") == _STATUS_ERROR)
    .then(pl.lit("error"))
)
_DERIVED: Final = (
    pl.col("service").fill_null("unknown_service"),
    pl.when(pl.col("category") == "workflow")
    .then(pl.coalesce("agent", "workflow"))
    .otherwise(pl.col("agent"))
    .alias("agent"),
    pl.coalesce("model", "response_model").alias("model"),
    _ERROR_TYPE.alias("error_type"),
    # A fetch is no call of a model: how long it took is not how long the model was at work. Nor is a report one.
    pl.when((_DURATION >= 0) & ~((_FETCH & _LLM) | _REPORT).fill_null(value=False))
    .then(_DURATION)
    .alias("duration_ns"),
    pl.when(_REPORT).then(pl.col("end_ns") - pl.col("lasted_ns")).otherwise(pl.col("start_ns")).alias("start_ns"),
    *(pl.when(_LLM).then(pl.col(name)).alias(name) for name in _OF_CALLS_ONLY),
    pl.when("tells_usage").then("reported_cost_pico_usd").alias("reported_cost_pico_usd"),
    pl.when(_LLM & pl.col("from_cache")).then(pl.lit("none")).alias("token_scope"),
)
_TTFT: Final = (
    pl.when((pl.col("ttft_ns") <= pl.col("duration_ns")) & pl.col("stream").fill_null(value=True))
    .then(pl.col("ttft_ns"))
    .alias("ttft_ns"),
    pl.when(pl.col("stream").is_null() & pl.col("ttft_ns").is_not_null())
    .then(pl.lit(True))
    .otherwise(pl.col("stream"))
    .alias("stream"),
)


@dataclass(frozen=True, slots=True)
class Normalised:
    """What normalise hands on.

    Attributes:
        frame: the columns of `SPAN` and `CALL`, in that order.
        faults: attribute key -> numbers that were out of range and became null.
    """

    frame: pl.DataFrame
    faults: Mapping[str, int]


def normalise(frame: pl.DataFrame) -> Normalised:
    """Map the attributes of every dialect onto the columns of CALL.

    Takes the columns of SPAN and any of the sparse columns `attribute.<key>`, `resource.<key>` (see `WANTED`)
    and `event.exception.type`. A span that is no GenAI span keeps a null `category`.
    """
    unfolded, faults = unfold(frame)
    spoken = recognise(unfolded, tuple(column for column in frame.columns if column in READ))
    compiled = plan(tuple(sorted(set(unfolded.columns) & COMPILED)), out_of_range(unfolded))
    if compiled.faults:
        found = spoken.select(compiled.faults).row(0, named=True)
        faults = dict(Counter(faults) + Counter(found))

    mapped = _mapped(spoken, compiled)
    if names := too_long(mapped):
        spoken, found = without_long(spoken, names)
        faults = dict(Counter(faults) + Counter(found))
        mapped = _mapped(spoken, compiled)
    spelled = respell(named(mapped), _SPELLINGS)
    calls = spelled.lazy().with_columns(_FETCHED_USAGE).with_columns(_TELLS).with_columns(_DERIVED)
    timed = calls.with_columns(_TTFT).collect()
    resolved = resolve(timed, counted_how(timed), timed["tells_usage"].to_numpy())
    return Normalised(resolved.select(_HANDED_ON), faults)


def _mapped(spoken: pl.DataFrame, compiled: Plan) -> pl.DataFrame:
    exception = pl.col(EXCEPTION) if EXCEPTION in spoken.columns else pl.lit(None, pl.String).alias(EXCEPTION)
    mapped = spoken.select(*SPAN, PLACE, exception, *compiled.columns, name())
    return without_empty(mapped, spoken, compiled.careful)


def _category(operation: str) -> str | None:
    return CATEGORY.get(vocabulary.operation(operation))


_SPELLINGS: Final[Mapping[str, tuple[str, Spell]]] = {
    "operation": ("operation", vocabulary.operation),
    "category": ("operation", _category),
    "provider": ("provider", vocabulary.provider),
    "finish_reason": ("finish_reason", vocabulary.finish_reason),
    "service_tier": ("service_tier", vocabulary.service_tier),
    "tool_arguments": ("tool_arguments", arguments.digest),
    "tool_result": ("tool_result", arguments.digest_as_is),
}
