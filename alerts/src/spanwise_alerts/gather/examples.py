"""Traces to look at: up to three that show the trouble, and a healthy one."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Final

from spanwise_alerts.alert import Notice
from spanwise_alerts.evidence import Example
from spanwise_alerts.gather.searches import FAILING, is_timed
from spanwise_alerts.gather.subject import Subject
from spanwise_alerts.quantity import human, human_duration
from spanwise_alerts.rules.runaway import RUN
from spanwise_alerts.trace import FoundRun, FoundSpan

Link = Callable[[str, float, float], str]
"""Where a trace is shown: of its id and of the times (Unix) that frame it."""

_ERROR: Final = "{error}"
_AROUND_S: Final = 60.0
_BEFORE_S: Final = 3600.0
_NUMBER: Final[dict[str, Callable[[FoundSpan], float | None]]] = {
    "llm.duration": lambda span: span.duration_s,
    "tool.duration": lambda span: span.duration_s,
    "llm.ttft": lambda span: span.number("spanwise.ttft_ns"),
    "llm.tokens.input": lambda span: span.number("spanwise.input_tokens"),
    "llm.tokens.output": lambda span: span.number("spanwise.output_tokens"),
    "llm.tokens.cache_read": lambda span: span.number("spanwise.cache_read_tokens"),
    "llm.cost": lambda span: span.number("spanwise.cost_usd"),
}


def of_spans(failing: Sequence[FoundSpan], healthy: Sequence[FoundSpan], link: Link) -> tuple[Example, ...]:
    """Tell of three that show the trouble and of a healthy one, each trace once."""
    chosen = [(span, True) for span in _each_once(failing)[:FAILING]]
    taken = {span.trace_id for span, _ in chosen}
    chosen += [(span, False) for span in healthy if span.trace_id not in taken][:1]
    return tuple(
        Example(span.trace_id, link(span.trace_id, *_frame(span)), _of_span(span), fails) for span, fails in chosen
    )


def failing_in(subject: Subject, sample: Sequence[FoundSpan]) -> list[FoundSpan]:
    """Return the calls of a sample that show the trouble, the furthest out first."""
    number = _NUMBER.get(subject.measure.name)
    if subject.measure.unit == _ERROR:
        return [span for span in sample if _failed(span)]
    if number is None:
        return list(sample)
    told = [span for span in sample if number(span) is not None]
    if is_timed(subject):
        told = [span for span in told if span.duration_s >= (subject.threshold or 0.0)]
    return sorted(told, key=lambda span: -(number(span) or 0.0))


def healthy_in(subject: Subject, sample: Sequence[FoundSpan]) -> list[FoundSpan]:
    """Return the sound calls of a sample from before the trouble."""
    longest_s = subject.threshold if is_timed(subject) else None
    return [span for span in sample if not _failed(span) and (longest_s is None or span.duration_s <= longest_s)]


def _failed(span: FoundSpan) -> bool:
    return span.tags.get("error") is True


def of_itself(notice: Notice, link: Link) -> tuple[Example, ...]:
    """Return the run that an alert is about, where it is about one."""
    trace_id = notice.labels.get(RUN, "")
    if not trace_id:
        return ()
    url = link(trace_id, notice.starts_at_s - _BEFORE_S, notice.updated_at_s + _AROUND_S)
    return (Example(trace_id, url, "the run itself", failing=True),)


def of_runs(found: Mapping[str, Sequence[FoundRun]], link: Link) -> tuple[Example, ...]:
    """Choose from what was found by `run_searches`."""
    failing = list(found.get("failing", ()))[:FAILING]
    taken = {run.trace_id for run in failing}
    chosen = [(run, True) for run in failing]
    chosen += [(run, False) for run in found.get("healthy", ()) if run.trace_id not in taken][:1]
    return tuple(Example(run.trace_id, link(run.trace_id, *_frame(run)), _of_run(run), fails) for run, fails in chosen)


def _frame(found: FoundSpan | FoundRun) -> tuple[float, float]:
    return found.start_s - _AROUND_S, found.start_s + (found.duration_s or 0.0) + _AROUND_S


def _each_once(spans: Sequence[FoundSpan]) -> list[FoundSpan]:
    return list({span.trace_id: span for span in reversed(spans)}.values())[::-1]


def _of_span(span: FoundSpan) -> str:
    cost = span.number("spanwise.cost_usd")
    tokens = span.number("spanwise.input_tokens")
    parts = [
        span.name, human_duration(span.duration_s), span.text("spanwise.error_type"),
        "" if tokens is None else f"{tokens:,.0f} tokens in", "" if cost is None else human(cost, "USD"),
    ]  # fmt: skip
    return ", ".join(part for part in parts if part)


def _of_run(run: FoundRun) -> str:
    parts = [
        run.agent or "run without an agent", "" if run.duration_s is None else human_duration(run.duration_s),
        f"{run.steps} steps", "" if run.status == "ok" else run.error_type or run.status,
        "" if run.cost_usd is None else human(run.cost_usd, "USD"), *run.models[:1],
    ]  # fmt: skip
    return ", ".join(part for part in parts if part)
