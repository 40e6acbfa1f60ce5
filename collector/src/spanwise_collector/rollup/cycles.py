"""Loops in the turns of a run: what was done again and again until now. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Final

from spanwise_schema.measures import NANO
from spanwise_schema.runaway import MOST_PERIOD

_LONG_NS: Final = 10 * NANO  # a tool that takes so long waits for something: `sleep`, `wait_for_job`
_WAIT_NS: Final = NANO
_GROWS: Final = 1.5
_TOOL: Final = "tool"
_NEWEST: Final = 32  # failures whose pauses are looked at


@dataclass(frozen=True, slots=True)
class Step:
    """One call of a model or a tool.

    Attributes:
        category: `llm` or `tool`.
        tool: its name; empty for a model, or where it was not told.
        arguments: a digest; null where they were not told.
        result: a digest; null where it was not told.
        error: its type; null for success.
        start_ns: Unix time; `end_ns` too.
    """

    category: str
    tool: str
    arguments: str | None
    result: str | None
    error: str | None
    start_ns: int
    end_ns: int


@dataclass(slots=True)
class Turn:
    """What was called after one answer of a model and before the next; calls side by side have no order."""

    tools: list[Step] = field(default_factory=list[Step])
    model_ns: int = 0  # what the answer took
    start_ns: int = 0

    @property
    def symbol(self) -> frozenset[tuple[str, str]] | None:
        """What two turns have in common that do the same; null where arguments are not known."""
        if any(step.arguments is None for step in self.tools):
            return None
        return frozenset((step.tool, step.arguments or "") for step in self.tools)

    @property
    def results(self) -> frozenset[tuple[str, str]] | None:
        """What two turns have in common that gave the same; null where results are not known, or were errors."""
        if any(step.result is None for step in self.tools):
            return None
        return frozenset((step.tool, step.result or "") for step in self.tools)

    @property
    def names(self) -> str:
        """The tools."""
        return " + ".join(sorted({step.tool or "?" for step in self.tools}))

    @property
    def end_ns(self) -> int:
        """When its last call ended."""
        return max(step.end_ns for step in self.tools)

    @property
    def working_ns(self) -> int:
        """How long the model and the tools were at work that do not just wait; calls side by side count once."""
        quick = [step for step in self.tools if step.end_ns - step.start_ns < _LONG_NS]
        if not quick:
            return self.model_ns
        longest = max(step.end_ns for step in quick) - min(step.start_ns for step in quick)
        return self.model_ns + min(longest, sum(step.end_ns - step.start_ns for step in quick))


@dataclass(frozen=True, slots=True)
class Loop:
    """What repeats.

    Attributes:
        cycle: names of the tools of each turn.
        repetitions: how often it came in a row, up to now; of an error the calls that failed.
        since_ns: when it began; Unix time.
        last_ns: when its last call ended.
        doubtful: it may be no loop: it waits, its results change, or no model was asked in between.
        same_results: whether its results are the same each time; null where they are not known.
        error: what each call fails with; null where it is not about errors.
    """

    cycle: tuple[str, ...]
    repetitions: int
    since_ns: int
    last_ns: int
    doubtful: bool
    same_results: bool | None = None
    error: str | None = None


def turns_of(steps: Sequence[Step]) -> list[Turn]:
    """Put the steps of one stream, sorted by start, into turns; where no model is asked each call is one."""
    asked = any(step.category != _TOOL for step in steps)
    found = [Turn()]
    for step in steps:
        if step.category != _TOOL:
            if found[-1].tools:
                found.append(Turn())
            if not found[-1].model_ns:
                found[-1].start_ns = step.start_ns
            found[-1].model_ns += step.end_ns - step.start_ns
            continue
        if not asked and found[-1].tools:
            found.append(Turn())
        turn = found[-1]
        turn.start_ns = turn.start_ns or step.start_ns
        turn.tools.append(step)
    return [turn for turn in found if turn.tools]


def repeated(turns: Sequence[Turn]) -> Loop | None:
    """Find the cycle that the last turn is in: the one that came most often; of those the shortest."""
    symbols = [turn.symbol for turn in turns]
    best = _most(symbols)
    if best is None:
        return None
    period, length = best
    part = turns[-length:]
    results = [turn.results for turn in part]
    known = [a == b for a, b in zip(results, results[period:], strict=False) if a is not None and b is not None]
    same = None if not known else sum(known) * 2 > len(known)
    doubtful = same is False or not any(turn.model_ns for turn in part) or _waits(part, period)
    return _loop(part, period, length // period, doubtful=doubtful, same=same)


def unchanged(turns: Sequence[Turn]) -> Loop | None:
    """Find the turns up to now that called the same tools and gave the same results, whatever the arguments."""
    last = turns[-1].results if turns else None
    if last is None:
        return None
    length = _streak(turn.results == last for turn in reversed(turns))
    part = turns[-length:]
    doubtful = not any(turn.model_ns for turn in part) or _waits(part, 1)
    return _loop(part, 1, length, doubtful=doubtful, same=True) if length > 1 else None


def failing(steps: Sequence[Step]) -> Loop | None:
    """Find the calls up to now of one tool, or of models, that all failed in the same way.

    Calls of a tool with other arguments count once a turn: items that fail side by side are not tried again.
    """
    last = next((step for step in reversed(steps) if step.category == _TOOL), None)
    if steps and steps[-1].error is not None:
        last = steps[-1]
    if last is None or last.error is None:
        return None
    found, asked = list[Step](), True
    for step in reversed(steps):
        if step.category != last.category:
            if last.category != _TOOL:
                break
            asked = True
            continue
        if (step.tool, step.error) != (last.tool, last.error):
            break
        again = found and step.arguments is not None and step.arguments == found[-1].arguments
        if asked or again or last.category != _TOOL:
            found.append(step)
            asked = False
    found.reverse()
    if len(found) < 2:  # noqa: PLR2004  one failure is none that is repeated
        return None
    name = last.tool if last.category == _TOOL else "model"
    newest = list(pairwise(found[-_NEWEST:]))
    waits = [max(0, b.start_ns - a.end_ns - _between(steps, a, b)) for a, b in newest]
    whole = newest[-1][1].start_ns - newest[0][0].start_ns
    doubtful = _patient(waits, whole / len(waits))
    return Loop((name,), len(found), found[0].start_ns, found[-1].end_ns, doubtful, error=last.error)


def _between(steps: Sequence[Step], first: Step, last: Step) -> int:
    """Tell how long other steps were at work between two."""
    inside = (step for step in steps if first.end_ns <= step.start_ns and step.end_ns <= last.start_ns)
    return sum(step.end_ns - step.start_ns for step in inside)


def _most(symbols: Sequence[object]) -> tuple[int, int] | None:
    """Give period and length of the best cycle at the end."""
    best: tuple[int, int] | None = None
    for period in range(1, min(MOST_PERIOD, len(symbols) // 2) + 1):
        pairs = (a is not None and a == b for a, b in _pairs(symbols, period))
        length = _streak(pairs) + period
        if length // period > (best[1] // best[0] if best else 1):
            best = (period, length // period * period)
    return best


def _pairs(symbols: Sequence[object], period: int) -> Iterator[tuple[object, object]]:
    return ((symbols[at], symbols[at - period]) for at in range(len(symbols) - 1, period - 1, -1))


def _streak(same: Iterator[bool]) -> int:
    length = 0
    for each in same:
        if not each:
            break
        length += 1
    return length


def _loop(part: Sequence[Turn], period: int, times: int, *, doubtful: bool, same: bool | None) -> Loop:
    cycle = tuple(turn.names for turn in part[-period:])
    return Loop(cycle, times, part[0].start_ns, max(turn.end_ns for turn in part), doubtful, same)


def _waits(part: Sequence[Turn], period: int) -> bool:
    """Tell whether a loop waits between its repetitions, as whoever polls does."""
    starts = [turn.start_ns for turn in part]
    spans = [(a, a + period) for a in range(0, len(part) - period, period)]
    lasts = [starts[stop] - starts[start] for start, stop in spans]
    waits = [
        max(0, last - sum(turn.working_ns for turn in part[start:stop]))
        for last, (start, stop) in zip(lasts, spans, strict=True)
    ]
    return _patient(waits, sum(lasts) / max(1, len(lasts)))


def _patient(waits: Sequence[int], cycle_ns: float) -> bool:
    """Tell waits that are most of a cycle, or that grow, from the little time that an agent takes for itself."""
    mean = sum(waits) / max(1, len(waits))
    return mean >= _WAIT_NS and (2 * mean >= cycle_ns or waits[-1] >= _GROWS * max(waits[0], 1))
