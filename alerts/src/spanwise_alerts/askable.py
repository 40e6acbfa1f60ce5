"""Whether a Prometheus can tell what a rule asks, known before it is asked."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from spanwise_alerts.ask.promql import count_of, greatest_of, value_of
from spanwise_alerts.detect.evaluate import questions
from spanwise_alerts.errors import AskError
from spanwise_alerts.rule import Rule
from spanwise_alerts.rules.threshold import Threshold

_ANY_S: Final = 1e9


def untold(rule: Rule) -> Iterator[tuple[str, str]]:
    """Go through what a Prometheus can never tell a rule, by the key that asks for it; empty for the rule itself."""
    for question in questions(rule, _ANY_S)[:1]:
        if question.promql:
            return
        try:
            value_of(question)
        except AskError as error:
            yield "", str(error)
            return
        least: int = getattr(rule, "min_count", 1)
        if least > 1 and not count_of(question):
            yield ".min_count", f"got {least}, expected 1: Prometheus does not count what is in {question.measure}"
        greatest = greatest_of(question)
        if greatest is None or not isinstance(rule, Threshold):
            return
        for name, tier in rule.tiers.items():
            if tier.above is not None and tier.above.value >= greatest:
                ends = f"less than {greatest:g}, where the last bucket of {question.measure} ends"
                text = f"got {tier.above.text!r}, expected {ends}: Prometheus tells no {question.stat} above it"
                yield f".tiers.{name}.above", text
