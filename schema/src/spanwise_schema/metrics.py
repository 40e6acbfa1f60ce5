"""Every Prometheus metric that Spanwise exposes: name, type, unit, labels, help, buckets. Named once, here.

The collector exposes them, boards and rules ask for them, docs list them. Names follow the OpenTelemetry
GenAI conventions where one exists, else `spanwise_*`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

from spanwise_schema.measures import Dimension

Type = Literal["counter", "gauge", "histogram"]

LABEL: Final[dict[Dimension, str]] = {
    "service": "service_name",
    "agent": "gen_ai_agent_name",
    "provider": "gen_ai_provider_name",
    "model": "gen_ai_request_model",
    "tool": "gen_ai_tool_name",
    "operation": "gen_ai_operation_name",
    "error_type": "error_type",
    "environment": "environment",
    "tenant": "tenant",
}
"""How a dimension of the query API is spelled as a Prometheus label."""

OTHER: Final = "__other__"
"""What a label's value becomes when the label has too many values."""

_S: Final = (0.01, 0.02, 0.04, 0.08, 0.16, 0.32, 0.64, 1.28, 2.56, 5.12, 10.24, 20.48, 40.96, 81.92)
_RUN_S: Final = (0.1, 0.2, 0.4, 0.8, 1.6, 3.2, 6.4, 12.8, 25.6, 51.2, 102.4, 204.8, 409.6)
_TOKENS: Final = (4.0, 16.0, 64.0, 256.0, 1024.0, 4096.0, 16384.0, 65536.0, 262144.0, 1048576.0, 4194304.0)
_STEPS: Final = (2.0, 4.0, 6.0, 8.0, 10.0, 15.0, 20.0, 30.0, 50.0, 100.0)
_REPEATED: Final = (0.0, 1.0, 2.0, 3.0, 5.0, 10.0, 20.0, 50.0)
_SHARE: Final = (0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9)
_USD: Final = (0.0001, 0.001, 0.01, 0.05, 0.1, 0.25, 0.5, 1.5, 2.5, 5.5, 10.5)

_LLM: Final[tuple[Dimension, ...]] = (
    "service", "agent", "provider", "model", "operation", "error_type", "environment", "tenant",
)  # fmt: skip
_TOOL: Final[tuple[Dimension, ...]] = ("service", "agent", "tool", "error_type", "environment", "tenant")
_UNPRICED: Final[tuple[Dimension, ...]] = ("service", "provider", "model", "environment", "tenant")
_RETRIED: Final[tuple[Dimension, ...]] = ("service", "agent", "provider", "model", "environment", "tenant")
_ACTIVE: Final[tuple[Dimension, ...]] = ("service", "agent", "environment", "tenant")
_RUN: Final[tuple[Dimension, ...]] = ("service", "agent", "error_type", "environment", "tenant")


@dataclass(frozen=True, slots=True)
class Metric:
    """One metric family.

    Attributes:
        name: the family's name; a counter's samples add `_total`, a histogram's `_bucket`, `_sum`, `_count`.
        type: Prometheus type.
        labels: label names, in order.
        help: one sentence, exposed as HELP.
        measure: the recorded measure it is made of; empty for the collector's own metrics.
        buckets: upper bounds of a histogram in the metric's unit, without +Inf.
        dimensions: the dimensions behind `labels`, where they are dimensions.
    """

    name: str
    type: Type
    labels: tuple[str, ...]
    help: str
    measure: str = ""
    buckets: tuple[float, ...] = ()
    dimensions: tuple[Dimension, ...] = ()


def _of(
    name: str, measure: str, dimensions: tuple[Dimension, ...], text: str, buckets: tuple[float, ...] = ()
) -> Metric:
    labels = tuple(LABEL[dimension] for dimension in dimensions)
    return Metric(name, "histogram" if buckets else "counter", labels, text, measure, buckets, dimensions)


LLM_DURATION: Final = _of(
    "gen_ai_client_operation_duration_seconds", "llm.duration", _LLM, "Duration of calls of a model.", _S
)
LLM_TTFT: Final = _of(
    "gen_ai_client_operation_time_to_first_chunk_seconds", "llm.ttft", _LLM,
    "Time to the first chunk of streamed calls of a model.", _S,
)  # fmt: skip
INPUT_TOKENS: Final = _of(
    "spanwise_llm_input_tokens", "llm.tokens.input", _LLM, "Input tokens of a call, cached ones included.", _TOKENS
)
OUTPUT_TOKENS: Final = _of(
    "spanwise_llm_output_tokens", "llm.tokens.output", _LLM, "Output tokens of a call, reasoning included.", _TOKENS
)
CACHE_READ_TOKENS: Final = _of(
    "spanwise_llm_cache_read_tokens", "llm.tokens.cache_read", _LLM, "Input tokens read from the provider's cache."
)
LLM_COST: Final = _of("spanwise_llm_cost_usd", "llm.cost", _LLM, "Cost of calls of a model where it is known, in USD.")
TOOL_DURATION: Final = _of(
    "gen_ai_execute_tool_duration_seconds", "tool.duration", _TOOL, "Duration of calls of a tool.", _S
)
RUN_DURATION: Final = _of("spanwise_run_duration_seconds", "run.duration", _RUN, "Duration of agent runs.", _RUN_S)
RUN_STEPS: Final = _of("spanwise_run_steps", "run.steps", _RUN, "Model and tool calls of an agent run.", _STEPS)
RUN_TOKENS: Final = _of("spanwise_run_tokens", "run.tokens", _RUN, "Input and output tokens of an agent run.", _TOKENS)
RUN_COST: Final = _of("spanwise_run_cost_usd", "run.cost", _RUN, "Cost of an agent run in USD.", _USD)
RUN_REPEATED: Final = _of(
    "spanwise_run_repeated_tool_calls", "run.repeated_tool_calls", _RUN,
    "Tool calls of a run that repeat an earlier one.", _REPEATED,
)  # fmt: skip
RUN_LLM_SHARE: Final = _of(
    "spanwise_run_llm_share_ratio", "run.llm_share", _RUN,
    "Share of a run's time in which a model was at work.", _SHARE,
)  # fmt: skip
RUN_OWN_SHARE: Final = _of(
    "spanwise_run_own_share_ratio", "run.own_share", _RUN,
    "Share of a run's time in which neither a model nor a tool was at work.", _SHARE,
)  # fmt: skip

UNPRICED_CALLS: Final = Metric(
    "spanwise_llm_unpriced_calls", "counter", tuple(LABEL[d] for d in _UNPRICED),
    "Calls of a model whose cost is not known and not reported; it is in no other number.", dimensions=_UNPRICED,
)  # fmt: skip
UNPRICED_TOKENS: Final = Metric(
    "spanwise_llm_unpriced_tokens", "counter", tuple(LABEL[d] for d in _UNPRICED),
    "Input and output tokens of calls whose cost is not known and not reported.", "llm.tokens.unpriced",
    dimensions=_UNPRICED,
)  # fmt: skip
RETRIES: Final = Metric(
    "spanwise_llm_retries", "counter", tuple(LABEL[d] for d in _RETRIED),
    "Calls of a model that were made again after one that failed, where the sender tells it.", dimensions=_RETRIED,
)  # fmt: skip
RETRIES_COST: Final = Metric(
    "spanwise_llm_retries_cost_usd", "counter", tuple(LABEL[d] for d in _RETRIED),
    "Cost of calls of a model that were made again, where it is known, in USD.", dimensions=_RETRIED,
)  # fmt: skip
SERVICE_INFO: Final = Metric(
    "spanwise_service_info", "gauge", ("service_name", "service_version", "environment"),
    "Versions of services that sent spans within the last hour; always 1.",
)  # fmt: skip
RUNS_ACTIVE: Final = Metric(
    "spanwise_runs_active", "gauge", tuple(LABEL[d] for d in _ACTIVE),
    "Agent runs whose end was not seen yet.", dimensions=_ACTIVE,
)  # fmt: skip
RUNAWAYS: Final = Metric(
    "spanwise_runaways", "gauge", (*(LABEL[d] for d in _ACTIVE), "sign"),
    "Runs under way that have run away, by the first sign that is as great as its default bound.",
)  # fmt: skip
RUNAWAYS_COST: Final = Metric(
    "spanwise_runaways_cost_usd_per_hour", "gauge", tuple(LABEL[d] for d in _ACTIVE),
    "What such runs spend in an hour at the pace of their loop, where it is known, in USD.",
)  # fmt: skip
RECEIVED: Final = Metric(
    "spanwise_collector_spans_received", "counter", (), "Spans in requests that were acknowledged."
)
STORED: Final = Metric("spanwise_collector_spans_stored", "counter", (), "Spans kept.")
REJECTED: Final = Metric("spanwise_collector_spans_rejected", "counter", ("reason",), "Spans refused, by reason.")
RUNS_EVICTED: Final = Metric(
    "spanwise_collector_runs_evicted", "counter", (),
    "Traces in flight that were forgotten because there were too many; their unfinished runs are not counted.",
)  # fmt: skip
DUPLICATE: Final = Metric("spanwise_collector_spans_duplicate", "counter", (), "Spans received before.")
DUPLICATES: Final = Metric(
    "spanwise_duplicates", "counter", ("reason",), "Spans left out because another told the same, by reason."
)
DUPLICATES_TOKENS: Final = Metric(
    "spanwise_duplicates_tokens", "counter", ("reason",), "Input and output tokens that duplicates would have added."
)
DUPLICATES_COST: Final = Metric(
    "spanwise_duplicates_cost_usd", "counter", ("reason",), "What duplicates would have added to the cost, in USD."
)
OPEN_SPANS: Final = Metric(
    "spanwise_collector_open_spans", "gauge", (), "Spans remembered to tell calls from their duplicates."
)
OPEN_SPANS_EVICTED: Final = Metric(
    "spanwise_collector_open_spans_evicted", "counter", (), "Spans forgotten for want of room before they were old."
)
REFUSED: Final = Metric(
    "spanwise_collector_requests_refused", "counter", ("transport", "reason"), "Requests that were not accepted."
)
LOG_RECORDS: Final = Metric(
    "spanwise_collector_log_records", "counter", ("outcome",),
    "Log records received: those that told a call, those that tell none and are not kept, those refused.",
)  # fmt: skip
POINTS: Final = Metric(
    "spanwise_collector_metric_points", "counter", ("outcome",),
    "Data points of metrics received: shown, refused, or not shown and why.",
)  # fmt: skip
FIELD_FAULTS: Final = Metric(
    "spanwise_collector_field_faults", "counter", ("field",), "Values that were no such thing and became null."
)
FOLDED: Final = Metric(
    "spanwise_collector_labels_folded", "counter", ("label",), "Series folded because their label has too many values."
)
UNWINDOWED: Final = Metric(
    "spanwise_collector_points_unwindowed", "counter", ("reason",),
    "Points too old or too far in the future for the live windows; they are stored.",
)  # fmt: skip
PENDING: Final = Metric("spanwise_collector_pending_requests", "gauge", (), "Acknowledged requests not folded yet.")
JOURNAL_BYTES: Final = Metric("spanwise_collector_journal_bytes", "gauge", (), "Bytes in the journal.")
SEGMENTS: Final = Metric("spanwise_collector_segments", "gauge", (), "Parquet segments in the store.")
SERIES: Final = Metric("spanwise_collector_series", "gauge", (), "Series held in memory.")
PASSED_SERIES: Final = Metric(
    "spanwise_collector_passed_series", "gauge", (), "Series of agents' own metrics held to be passed on."
)
BUILD_INFO: Final = Metric("spanwise_build_info", "gauge", ("version",), "The version that runs; always 1.")

METRICS: Final[tuple[Metric, ...]] = tuple(value for value in list(globals().values()) if isinstance(value, Metric))
"""All of them, in the order above."""
