"""A rule's sentences as templates of Prometheus."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from jinja2 import Environment, TemplateSyntaxError, nodes

from spanwise_alerts.ask.promql import LABEL_OF
from spanwise_alerts.errors import AlertsError
from spanwise_alerts.quantity import human, human_duration
from spanwise_alerts.rule import Rule, TierName
from spanwise_alerts.rules.burn_rate import BurnRate

# only its parser is used
_PARSER: Final = Environment(autoescape=True)
_WORD: Final = {"{token}": " tokens", "{call}": " calls", "{run}": " runs", "{step}": " steps", "{error}": " errors"}


class SentenceError(AlertsError):
    """A sentence that a template of Prometheus cannot say."""


@dataclass(frozen=True, slots=True)
class _Known:
    """What a template may name: texts that are known now, and pipelines that Prometheus fills in."""

    texts: Mapping[str, str]
    pipelines: Mapping[str, str]
    value: str
    labels: Mapping[str, str]


def sentence(text: str, rule: Rule, tier: TierName) -> str:
    """Write a sentence (Jinja2) of a tier of a rule as a Go template.

    Raises:
        SentenceError: it names or does what Prometheus does not know.
    """
    try:
        parsed = _PARSER.parse(text)
    except TemplateSyntaxError as error:
        raise SentenceError(f"{text!r} is no Jinja2 template: {error.message}") from error
    known = _known(rule, tier)
    found: list[str] = []
    for node in parsed.body:
        if not isinstance(node, nodes.Output):
            raise SentenceError("Prometheus has no statements such as {% if %}")
        found += [_part(part, known) for part in node.nodes]
    return " ".join("".join(found).split())


def literal(text: str) -> str:
    """Write a text so that a template says it as it stands."""
    return text.replace("{{", '{{ "{{" }}')


def _known(rule: Rule, tier: TierName) -> _Known:
    bound = rule.threshold_of(tier)
    measure, stat = rule.measured
    texts = {
        "threshold": "" if bound is None else human(bound, rule.shown_unit), "tier": tier, "status": "firing",
        "rule": rule.name, "measure": measure, "stat": stat, "window": human_duration(rule.looks_back_s),
    }  # fmt: skip
    if isinstance(rule, BurnRate):
        texts["objective"] = human(rule.objective.value, "%")
        pairs = rule.tiers[tier]
        if len(pairs) == 1:
            texts |= {"long": human_duration(pairs[0].long_s), "short": human_duration(pairs[0].short_s)}
    pipelines = {name: f"$labels.{LABEL_OF.get(name, name)}" for name in rule.by}
    labels = {**rule.labels, "alertname": rule.name, "severity": tier}
    return _Known(texts, pipelines, _value(rule.shown_unit), labels)


def _value(unit: str) -> str:
    if unit.endswith("/s"):
        return f"{_value(unit.removesuffix('/s'))}/s"
    match unit:
        case "s":
            return "{{ $value | humanizeDuration }}"
        case "%":
            return "{{ $value | humanizePercentage }}"
        case "USD":
            return '${{ $value | printf "%.4g" }}'
        case _:
            return "{{ $value | humanize }}" + _WORD.get(unit, "")


def _part(node: nodes.Expr, known: _Known) -> str:
    match node:
        case nodes.TemplateData():
            return literal(node.data)
        case nodes.Name(name="value"):
            return known.value
        case nodes.Or():
            return f"{{{{ or {' '.join(_operand(each, known) for each in _choices(node))} }}}}"
        case _:
            told = _operand(node, known)
            return literal(json.loads(told)) if told.startswith('"') else f"{{{{ {told} }}}}"


def _choices(node: nodes.Expr) -> list[nodes.Expr]:
    return [*_choices(node.left), *_choices(node.right)] if isinstance(node, nodes.Or) else [node]


def _operand(node: nodes.Expr, known: _Known) -> str:
    """Write a label as a pipeline, all else as a quoted text."""
    match node:
        case nodes.Const():
            return json.dumps(str(node.value), ensure_ascii=False)
        case nodes.Name(name=name) if name in known.texts:
            return json.dumps(known.texts[name], ensure_ascii=False)
        case nodes.Name(name=name) if name in known.pipelines:
            return known.pipelines[name]
        case nodes.Getattr(node=nodes.Name(name="labels"), attr=name) if name in known.labels:
            return json.dumps(known.labels[name], ensure_ascii=False)
        case nodes.Getattr(node=nodes.Name(name="labels"), attr=name) if name in known.pipelines:
            return known.pipelines[name]
        case nodes.Name(name=name):
            raise SentenceError(f"Prometheus does not know `{name}`")
        case _:
            raise SentenceError("Prometheus knows names, `labels.<name>` and `or` between them, and nothing else of it")
