"""What the demo showed, and what of it did not happen."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from spanwise_analysis.breakdown import breakdown
from spanwise_analysis.findings import findings
from spanwise_stack.demo.course import Course
from spanwise_stack.demo.rules import LATENCY, RATE_LIMITED
from spanwise_stack.demo.weather import UNPRICED_MODEL
from spanwise_stack.numbers import Numbers, Row, Snapshot
from spanwise_stack.terminal import dollars, seconds
from spanwise_stack.trace import frame

_SHOWN: Final = 3


@dataclass(frozen=True, slots=True)
class Summary:
    """The end of the demo.

    Attributes:
        lines: what happened, for the terminal.
        missing: what should have happened and did not; empty if all is well.
    """

    lines: Sequence[str]
    missing: Sequence[str]

    @property
    def verdict(self) -> list[str]:
        """Say what is missing, line by line."""
        missing = [f"MISSING: {line}" for line in self.missing]
        return [*missing, f"missing: {len(missing)}" if missing else "all of it happened"]


async def summarise(course: Course, numbers: Numbers, ended: Sequence[str]) -> Summary:
    """Ask the collector for everything since the start, once the agent has ended.

    Args:
        course: that was played.
        numbers: of the collector, which still runs.
        ended: why the agent ended before it was asked to, if it did.
    """
    course.tell()
    snapshot = await numbers.snapshot(course.since_s, course.since_s)
    slowest = await numbers.slowest_run(course.since_s)
    missing = [*ended, *course.witness.missing(), *_gaps(snapshot, course.provider.answered)]
    if slowest is None:
        missing.append("no run of the agent finished")
    lines: list[str] = [
        "",
        _total(course, snapshot),
        *(_row(row) for row in (*snapshot.models, *snapshot.tools)),
        *_alerts(course),
        *([] if slowest is None else _slowest(slowest)),
    ]
    return Summary(lines, missing)


def _gaps(snapshot: Snapshot, answered: int) -> Iterator[str]:
    if snapshot.calls != answered:
        yield f"the provider answered {answered} calls, the collector counted {snapshot.calls}"
    if not snapshot.tools:
        yield "no tool was called"
    if not snapshot.cost_usd:
        yield "no call has a price"
    if not any(row.name == UNPRICED_MODEL and row.cost_usd is None for row in snapshot.models):
        yield f"{UNPRICED_MODEL} does not show as unpriced"


def _total(course: Course, snapshot: Snapshot) -> str:
    return (
        f"in {course.elapsed_s:.0f} s: {snapshot.calls} calls, {snapshot.errors} failed, {snapshot.tokens:,} tokens, "
        f"{dollars(snapshot.cost_usd)}; the provider answered {course.provider.answered} calls"
    )


def _row(row: Row) -> str:
    head = f"  {row.name:<20}{row.calls:>6} calls{row.errors:>6} failed   p95 {seconds(row.p95_s):>8}"
    if row.input_tokens is None:
        return head
    return f"{head}   {row.input_tokens:>9,} in {row.output_tokens:>8,} out   {dollars(row.cost_usd)}"


def _alerts(course: Course) -> Iterator[str]:
    witness = course.witness
    for rule in (LATENCY, RATE_LIMITED):
        fired, resolved = witness.fired_s.get(rule), witness.resolved_s.get(rule)
        yield (
            f"alert {rule}: "
            + ("did not fire" if fired is None else f"fired at {fired:.1f} s")
            + ("" if resolved is None else f", resolved at {resolved:.1f} s")
        )
    yield f"arrived: {witness.told}"


def _slowest(trace: Mapping[str, Any]) -> Iterator[str]:
    spans = frame(trace)
    run = breakdown(spans)
    yield (
        f"slowest run {trace['trace_id']}: {seconds(run.duration_s)}, of which models {run.llm_share:.0%}, "
        f"tools {run.tool_share:.0%}, own code {run.own_share:.0%}; {run.steps} steps, "
        f"{run.input_tokens + run.output_tokens:,} tokens, {dollars(run.cost_usd)}"
    )
    slow = ", ".join(f"{call.name} {seconds(call.duration_s)}" for call in run.slowest[:_SHOWN])
    yield f"  waited longest for {slow}"
    for finding in findings(spans, run):
        yield f"  found: {finding.text}"
