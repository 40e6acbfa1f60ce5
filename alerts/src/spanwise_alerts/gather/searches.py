"""Which traces to look for: those that show the trouble, a healthy one, and samples of now and of before."""

from __future__ import annotations

from typing import Final

from spanwise_alerts.gather.subject import Subject
from spanwise_alerts.trace import RunSearch, TraceSearch

FAILING: Final = 3
_SAMPLE: Final = 12
_OWN: Final = "spanwise."
_COLUMN: Final = {"session": "conversation_id"}
_CATEGORIES: Final = ("llm", "tool")
_TIMED: Final = frozenset({"llm.duration", "tool.duration"})
_RUN_FILTERS: Final = frozenset({"service", "agent", "environment", "tenant", "error_type"})
_RUN_SORT: Final = {
    "run.duration": "duration", "run.cost": "cost", "run.tokens": "tokens", "run.steps": "steps",
}  # fmt: skip
_ERROR: Final = "{error}"


def samples(subject: Subject) -> dict[str, TraceSearch]:
    """Return the search for the newest calls `now` and `before` the trouble; nothing for measures of runs."""
    if subject.measure.name.partition(".")[0] not in _CATEGORIES:
        return {}
    return {"now": _search(subject, _SAMPLE), "before": _search(subject, _SAMPLE, subject.ago_s)}


def failing(subject: Subject) -> TraceSearch | None:
    """Return the search for calls that show the trouble; None where no search can tell them."""
    if subject.measure.unit == _ERROR:
        return _search(subject, FAILING, error="true")
    if is_timed(subject):
        return _search(subject, FAILING, shortest_s=subject.threshold)
    return None


def healthy(subject: Subject) -> TraceSearch | None:
    """Return the search for a sound call; None where no search can tell it."""
    if "error_type" in subject.where or not (subject.measure.unit == _ERROR or is_timed(subject)):
        return None
    return _search(subject, 1, error="false", longest_s=subject.threshold if is_timed(subject) else None)


def is_timed(subject: Subject) -> bool:
    """Tell whether single calls can be held against the threshold by how long they took."""
    return subject.measure.name in _TIMED and bool(subject.threshold)


def _search(
    subject: Subject, limit: int, ago_s: float = 0.0, error: str = "", shortest_s: float | None = None,
    longest_s: float | None = None,
) -> TraceSearch:  # fmt: skip
    where = subject.where
    tags = {f"{_OWN}category": subject.measure.name.partition(".")[0]}
    tags |= {f"{_OWN}{_COLUMN.get(name, name)}": value for name, value in where.items() if name != "service"}
    if subject.measure.name.endswith("unpriced"):
        tags[f"{_OWN}cost_source"] = "unpriced"
    if error:
        tags["error"] = error
    end_s = subject.at_s - ago_s
    start_s = end_s - subject.compared_s
    return TraceSearch(tags, where.get("service", ""), start_s, end_s, limit, shortest_s, longest_s)


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
