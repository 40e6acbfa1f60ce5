"""What the newest calls say that is no number over time: versions of model and prompt, attempts made again."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Sequence
from typing import Final

from spanwise_alerts.evidence import Shift
from spanwise_alerts.gather.shifts import mix
from spanwise_alerts.quantity import human
from spanwise_alerts.trace import FoundSpan

_FEWEST: Final = 5
_OTHER: Final = 0.3
_RETRIED: Final = 0.1
_PROMPT: Final = (
    ("gen_ai.prompt.name", "gen_ai.prompt.version"),
    ("langfuse.observation.prompt.name", "langfuse.observation.prompt.version"),
    ("traceloop.prompt.key", "traceloop.prompt.version"),
    ("", "llm.prompt_template.version"),
)
_TEMPLATE: Final = ("traceloop.prompt.version_hash", "llm.prompt_template.template", "gen_ai.system_instructions")
"""In this order; a text is told by its hash."""
_HASHED: Final = frozenset({"llm.prompt_template.template", "gen_ai.system_instructions"})


def sampled_shifts(before: Sequence[FoundSpan], now: Sequence[FoundSpan]) -> list[tuple[float, Shift]]:
    """Compare the newest calls of two windows; at least 5 of each are needed. Each shift with how much it says."""
    found: list[tuple[float, Shift]] = []
    for what, weight, read in (
        ("model version", 6.0, _version), ("prompt", 6.0, _prompt), ("prompt hash", 5.5, _template),
        ("service tier", 4.0, _tier),
    ):  # fmt: skip
        was, is_now = _shares(before, read), _shares(now, read)
        moved = max((abs(is_now.get(name, 0.0) - was.get(name, 0.0)) for name in {*was, *is_now}), default=0.0)
        if was and is_now and moved >= _OTHER:
            found.append((weight + moved, Shift(what, mix(was), mix(is_now))))
    return [*found, *_retries(before, now)]


def _shares(spans: Sequence[FoundSpan], read: Callable[[FoundSpan], str]) -> dict[str, float]:
    told = Counter(text for span in spans if (text := read(span)))
    whole = sum(told.values())
    return {name: count / whole for name, count in told.items()} if whole >= _FEWEST else {}


def _version(span: FoundSpan) -> str:
    return span.text("spanwise.response_model")


def _tier(span: FoundSpan) -> str:
    return span.text("spanwise.service_tier")


def _prompt(span: FoundSpan) -> str:
    for name, version in _PROMPT:
        parts = [span.text(name) if name else "", span.text(version)]
        if any(parts):
            return " ".join(part for part in parts if part)
    return ""


def _template(span: FoundSpan) -> str:
    for tag in _TEMPLATE:
        if text := span.text(tag):
            return hashlib.sha256(text.encode()).hexdigest()[:8] if tag in _HASHED else text[:12]
    return ""


def _retries(before: Sequence[FoundSpan], now: Sequence[FoundSpan]) -> list[tuple[float, Shift]]:
    if min(len(before), len(now)) < _FEWEST:
        return []
    was, is_now = (sum(map(_again, spans)) / len(spans) for spans in (before, now))
    if abs(is_now - was) < _RETRIED:
        return []
    return [(2.0 + abs(is_now - was), Shift("calls that were retries", human(was, "%"), human(is_now, "%")))]


def _again(span: FoundSpan) -> bool:
    return (span.number("spanwise.resends") or 0) > 0 or bool(span.text("spanwise.retry_reason"))
