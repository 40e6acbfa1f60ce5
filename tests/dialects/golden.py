"""What the golden cases of each dialect show: recorded ones, recorded pairs, and such as are written."""

from collections import defaultdict
from collections.abc import Iterator

import polars as pl

from tests.dialects.both import BOTH
from tests.dialects.cases import Case, cases
from tests.dialects.written import WRITTEN

PARTS = ("plain", "streamed", "cached", "reasoning", "error", "nested")
UNTOLD = {
    ("claude_code", "reasoning"): "it tells the output, thoughts among it, as one number",
    ("codex", "error"): "what the provider refuses it tells by no signal that has a model",
    ("gemini_cli", "streamed"): "it always streams, which its recorded cases do, and does not say so",
    ("mlflow", "reasoning"): "its usage has no such number",
    ("openlit", "reasoning"): "it leaves the provider's number out, as its recorded cases show",
    ("spring_ai", "cached"): "its usage has no such number",
    ("spring_ai", "reasoning"): "its usage has no such number",
    ("strands", "reasoning"): "its usage has no such number",
}
"""(dialect, part) -> why no case can show it."""


def recorded() -> dict[str, set[str]]:
    """Say which parts the recorded cases of each dialect show."""
    shown = defaultdict[str, set[str]](set)
    for case in cases():
        shown[case.emitter_dialect].update(_shown(case))
    for pair in BOTH:
        for dialect in pair.frame.filter(pl.col("category") == "llm")["dialect"].unique():
            shown[dialect].add("nested")  # all are below an agent's span; whose calls are within whose, test_both tells
    return dict(shown)


def written() -> dict[str, set[str]]:
    """Say which parts the written cases of each dialect show."""
    shown = defaultdict[str, set[str]](set)
    for case in WRITTEN:
        shown[case.dialect].add(case.shows)
    return dict(shown)


def shows(calls: pl.DataFrame) -> Iterator[str]:
    """Name what the calls of a model of a case show, whatever it was recorded for."""
    if calls["stream"].any():
        yield "streamed"
    if (calls["cache_read_tokens"] > 0).any():
        yield "cached"
    if (calls["reasoning_tokens"] > 0).any():
        yield "reasoning"
    if calls["error_type"].count():
        yield "error"


def _shown(case: Case) -> Iterator[str]:
    told = [case.frame, *(frame for signal in ("logs", "metrics") if (frame := case.told(signal)) is not None)]
    for frame in told:
        calls = frame.filter(pl.col("category") == "llm")
        yield from shows(calls)
        if (
            case.scenario == "tool"
            and calls.filter(pl.col("duration_ns").is_not_null())["trace_id"].is_duplicated().any()
        ):
            yield "nested"
    if case.scenario in ("plain", "stream"):
        yield {"plain": "plain", "stream": "streamed"}[case.scenario]
