"""Which traces to look for: those that show the trouble, a healthy one, and samples of now and of before."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from spanwise_alerts.gather.subject import Subject
from spanwise_alerts.trace import RunSearch, TraceSearch

FAILING: Final = 3
_SAMPLE: Final = 20
_OWN: Final = "spanwise."
_COLUMN: Final = {"session": "conversation_id"}
_CATEGORY: Final = {"llm": "llm", "tool": "tool"}
_TIMED: Final = frozenset({"llm.duration", "tool.duration"})
_RUN_FILTERS: Final = frozenset({"service", "agent", "environment", "tenant", "error_type"})
_RUN_SORT: Final = {
    "run.duration": "duration", "run.cost": "cost", "run.tokens": "tokens", "run.steps": "steps",
}  # fmt: skip
_ERROR: Final = "{error}"


def trace_searches(subject: Subject) -> dict[str, TraceSearch]:
    """Return what to look for, by `failing`, `healthy`, `now` and `before`; nothing for measures of runs."""
    category = _CATEGORY.get(subject.measure.name.partition(".")[0])
    if category is None:
        return {}
    where = subject.where
    tags = {f"{_OWN}category": category}
    tags |= {f"{_OWN}{_COLUMN.get(name, name)}": value for name, value in where.items() if name != "service"}
    if subject.measure.name.endswith("unpriced"):
        tags[f"{_OWN}cost_source"] = "unpriced"

    def search(
        limit: int, ago_s: float = 0.0, more: Mapping[str, str] | None = None,
        shortest_s: float | None = None, longest_s: float | None = None,
    ) -> TraceSearch:  # fmt: skip
        end_s = subject.at_s - ago_s
        start_s = end_s - subject.compared_s
        service = where.get("service", "")
        return TraceSearch({**tags, **(more or {})}, service, start_s, end_s, limit, shortest_s, longest_s)

    found = {"now": search(_SAMPLE), "before": search(_SAMPLE, subject.ago_s)}
    if subject.measure.unit == _ERROR:
        found["failing"] = search(FAILING, more={"error": "true"})
        if "error_type" not in where:
            found["healthy"] = search(1, more={"error": "false"})
    elif subject.measure.name in _TIMED and subject.threshold:
        found["failing"] = search(FAILING, shortest_s=subject.threshold)
        found["healthy"] = search(1, more={"error": "false"}, longest_s=subject.threshold)
    return found


def run_searches(subject: Subject) -> dict[str, RunSearch]:
    """Return which runs to look for, by `failing` and `healthy`; nothing for measures of calls."""
    name = subject.measure.name
    if not name.startswith("run."):
        return {}
    where = {key: value for key, value in subject.where.items() if key in _RUN_FILTERS}
    fails = {"status": "error"} if subject.measure.unit == _ERROR else {}
    # a run is found by when it began, and measured when it ended
    window_s = 2 * subject.compared_s
    found = {"failing": RunSearch({**where, **fails}, _RUN_SORT.get(name, "start"), subject.at_s, window_s, FAILING)}
    if "error_type" not in where:
        before_s = subject.at_s - subject.ago_s
        found["healthy"] = RunSearch({**where, "status": "ok"}, "start", before_s, window_s, 1)
    return found
