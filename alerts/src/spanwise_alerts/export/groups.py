"""Rules as a rule file of Prometheus: one group each, one alerting rule a tier."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final

import yaml

from spanwise_alerts.ask.promql import duration
from spanwise_alerts.errors import AskError
from spanwise_alerts.export.expression import Expressions, expressions
from spanwise_alerts.export.sentence import SentenceError, literal, sentence
from spanwise_alerts.rule import Rule, TierName

_NO_NAME: Final = re.compile(r"[^a-zA-Z0-9_]")
_WIDTH: Final = 120


@dataclass(frozen=True, slots=True)
class LeftOut:
    """What Prometheus cannot be told.

    Attributes:
        what: `rule` for all of it, or the sentence that is missing: `summary` or `description`.
    """

    rule: str
    what: str
    reason: str

    def __str__(self) -> str:
        """Name it and say why."""
        return f"{self.rule}: {self.what} is left out: {self.reason}"


@dataclass(frozen=True, slots=True)
class Exported:
    """A rule file, ready for YAML or JSON, and what is not in it."""

    groups: tuple[dict[str, Any], ...]
    left_out: tuple[LeftOut, ...]

    @property
    def alerting(self) -> int:
        """How many alerting rules there are."""
        return sum("alert" in rule for group in self.groups for rule in group["rules"])

    @property
    def recording(self) -> int:
        """How many recording rules there are."""
        return sum("record" in rule for group in self.groups for rule in group["rules"])

    def yaml(self) -> str:
        """Write the file; what is left out stands at its head."""
        head = ["# Written by `spanwise alerts export --prometheus`; changes belong into the rules it was made of."]
        head += [f"# {left}" for left in self.left_out]
        text = yaml.safe_dump({"groups": [*self.groups]}, sort_keys=False, allow_unicode=True, width=_WIDTH)
        return "\n".join([*head, text])


def exported(rules: Iterable[Rule]) -> Exported:
    """Write rules with unique names; what cannot be told is listed with the reason."""
    groups: list[dict[str, Any]] = []
    left: list[LeftOut] = []
    slugs: set[str] = set()
    for rule in rules:
        slug = _slug(rule.name, slugs)
        try:
            told = expressions(rule, slug)
        except AskError as error:
            left.append(LeftOut(rule.name, "rule", str(error)))
            continue
        texts, faults = _annotations(rule)
        left += faults
        groups.append({"name": rule.name, "rules": [*_records(told), *_alerts(rule, told, texts)]})
    return Exported(tuple(groups), tuple(left))


def _slug(name: str, taken: set[str]) -> str:
    plain = _NO_NAME.sub("_", name)
    slug, more = plain, 1
    while slug in taken:
        more += 1
        slug = f"{plain}_{more}"
    taken.add(slug)
    return slug


def _records(told: Expressions) -> list[dict[str, Any]]:
    return [{"record": name, "expr": expr} for name, expr in told.records.items()]


def _alerts(rule: Rule, told: Expressions, texts: dict[TierName, dict[str, str]]) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    for tier, expr in told.tiers.items():
        alert: dict[str, Any] = {"alert": rule.name, "expr": expr}
        if rule.wait_s(tier):
            alert["for"] = duration(rule.wait_s(tier))
        if rule.keep_firing_for_s:
            alert["keep_firing_for"] = duration(rule.keep_firing_for_s)
        alert["labels"] = {"severity": tier, **{name: literal(value) for name, value in rule.labels.items()}}
        if texts[tier]:
            alert["annotations"] = texts[tier]
        found.append(alert)
    return found


def _annotations(rule: Rule) -> tuple[dict[TierName, dict[str, str]], list[LeftOut]]:
    texts: dict[TierName, dict[str, str]] = {tier: {} for tier in rule.tier_names()}
    faults: dict[str, LeftOut] = {}
    for what, text in (("summary", rule.summary), ("description", rule.description)):
        for tier, found in texts.items():
            try:
                told = sentence(text, rule, tier)
            except SentenceError as error:
                faults.setdefault(what, LeftOut(rule.name, what, str(error)))
                continue
            if told:
                found[what] = told
    if rule.runbook:
        for found in texts.values():
            found["runbook_url"] = literal(rule.runbook)
    return texts, list(faults.values())
