"""When a rule's tiers hold, as PromQL over the metrics of the collector."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from spanwise_alerts.ask.promql import LABEL_OF, count_of, duration, escaped, greatest_of, value_of
from spanwise_alerts.errors import AskError
from spanwise_alerts.question import Question
from spanwise_alerts.rule import Rule, TierName
from spanwise_alerts.rules.absence import Absence
from spanwise_alerts.rules.bounds import Tier
from spanwise_alerts.rules.burn_rate import Burn, BurnRate
from spanwise_alerts.rules.change import Change
from spanwise_alerts.rules.measured import Measured
from spanwise_alerts.rules.promql import Promql
from spanwise_alerts.rules.threshold import Threshold
from spanwise_alerts.rules.unpriced import Unpriced

_EXPECTED_S: Final = 86400.0


@dataclass(frozen=True, slots=True)
class Expressions:
    """What Prometheus evaluates for one rule.

    Attributes:
        tiers: by tier, an expression that has a series for each alert.
        records: by name, what is recorded before it.
    """

    tiers: Mapping[TierName, str]
    records: Mapping[str, str] = field(default_factory=dict[str, str])


def expressions(rule: Rule, slug: str) -> Expressions:
    """Write a rule; `slug` names it in what is recorded.

    Raises:
        AskError: PromQL, or what is scraped of the collector, cannot tell it; with the reason.
    """
    return _WRITERS[rule.kind](rule, slug)


def _threshold(rule: Threshold, _slug: str) -> Expressions:
    asked = Question(rule.measure, rule.stat, rule.by, rule.filters, rule.window_s)
    found = _tiers(rule, rule.tiers, value_of(asked), {asked: rule.min_count})
    _reachable(rule, greatest_of(asked))
    if rule.no_data == "ok":
        return found
    kept = {
        name: f"(NaN * {_firing(rule, name)} unless {_at_least(asked, rule.min_count)})" for name in found.tiers
    }  # fmt: skip
    if rule.no_data == "keep":
        return Expressions({name: f"({told}) or {kept[name]}" for name, told in found.tiers.items()})
    known = Question(rule.measure, "count", rule.by, rule.filters, max(_EXPECTED_S, rule.window_s))
    expected = _at_least(known, 1) if rule.by else "vector(0)"
    tiers: dict[TierName, str] = {
        name: f"({told}) or ({kept[name]} and {expected})" for name, told in found.tiers.items()
    }  # fmt: skip
    # silence itself is a breach of the mildest tier
    tiers[next(iter(tiers))] += f" or (NaN * {expected} unless {_at_least(asked, 1)})"
    return Expressions(tiers)


def _reachable(rule: Threshold, greatest: float | None) -> None:
    for name, tier in rule.tiers.items():
        if greatest is not None and tier.above is not None and tier.above.value >= greatest:
            raise AskError(
                f"the last bucket of {rule.measure} ends at {greatest:g}: "
                f"no {rule.stat} is ever above the {tier.above.text} of tier `{name}`"
            )


def _unpriced(rule: Unpriced, _slug: str) -> Expressions:
    asked = Question(rule.measure, "count", rule.by, rule.filters, rule.window_s)
    return _tiers(rule, rule.tiers, value_of(asked), {asked: rule.min_count})


def _promql(rule: Promql, _slug: str) -> Expressions:
    return _tiers(rule, rule.tiers, rule.promql, {})


def _change(rule: Change, _slug: str) -> Expressions:
    now = Question(rule.measure, rule.stat, rule.by, rule.filters, rule.window_s)
    before = Question(rule.measure, rule.stat, rule.by, rule.filters, rule.window_s, ago_s=rule.ago_s)
    change = f"({value_of(now)}) - ({value_of(before)})"
    if rule.relative:
        # nothing is compared with zero
        change = f"({change}) / (abs({value_of(before)}) > 0)"
    counted = dict.fromkeys((now, before), rule.min_count)
    return _tiers(rule, rule.tiers, change, counted, always=not rule.relative)


def _absence(rule: Absence, _slug: str) -> Expressions:
    came = _at_least(Question(rule.measure, "count", rule.by, rule.filters, rule.window_s), rule.min_count)
    if rule.expect is not None:
        if not rule.expect:
            raise AskError("its `expect` lists nothing that could be absent")
        listed = " or ".join(_series(series) for series in rule.expect)
        silent = f"({listed}) unless on ({_labels(rule)}) {came}"
    elif rule.by:
        known = Question(rule.measure, "count", rule.by, rule.filters, rule.history_s)
        silent = f"0 * {_at_least(known, 1)} unless {came}"
    else:
        silent = f"vector(0) unless {came}"
    return Expressions(dict.fromkeys(rule.tiers, silent))


def _series(labels: Mapping[str, str]) -> str:
    told = "vector(0)"
    for name, value in labels.items():
        text = escaped(value.replace("$", "$$"))
        told = f'label_replace({told}, "{LABEL_OF[name]}", "{text}", "", "")'
    return told


def _burn_rate(rule: BurnRate, slug: str) -> Expressions:
    allowed = f"{1 - rule.objective.value:.12g}"
    records: dict[str, str] = {}

    def share(window_s: float) -> str:
        name = f"spanwise:{slug}:error_ratio_{duration(window_s)}"
        records[name] = value_of(Question(rule.measure, "ratio", rule.by, rule.filters, window_s))
        return name

    def calls(window_s: float) -> str:
        name = f"spanwise:{slug}:calls_{duration(window_s)}"
        records[name] = count_of(Question(rule.measure, "ratio", rule.by, rule.filters, window_s))
        return name

    def burns(pair: Burn) -> str:
        lately = f"{share(pair.short_s)} / {allowed} > {pair.rate:g}"
        enough = f"round({calls(pair.long_s)}) >= {rule.min_count}"
        return f"({share(pair.long_s)} / {allowed} > {pair.rate:g} and {lately} and {enough})"

    tiers: dict[TierName, str] = {
        name: " or ".join(burns(pair) for pair in sorted(pairs, key=lambda pair: -pair.rate))
        for name, pairs in rule.tiers.items()
    }
    return Expressions(tiers, records)


def _dead_man(rule: Rule, _slug: str) -> Expressions:
    return Expressions(dict.fromkeys(rule.tier_names(), "vector(1)"))


def _budget(_rule: Rule, _slug: str) -> Expressions:
    raise AskError("PromQL knows windows that end now, none that begins at midnight in a time zone")


def _unanswered(_rule: Rule, _slug: str) -> Expressions:
    raise AskError(
        "only the alert manager knows whether a source answers it; in Prometheus watch `up` of the job that scrapes it"
    )


def _anomaly(_rule: Rule, _slug: str) -> Expressions:
    raise AskError("PromQL remembers nothing: what a series usually is, it cannot tell")


def _runaway(_rule: Rule, _slug: str) -> Expressions:
    raise AskError("runs in flight are no series: only the collector knows what one of them does")


def _joint(_rule: Rule, _slug: str) -> Expressions:
    raise AskError("Prometheus grows no forests: only the alert manager knows how an agent usually is as a whole")


def _outage(_rule: Rule, _slug: str) -> Expressions:
    raise AskError("PromQL compares series, it does not look for the place that explains most of them")


_WRITERS: Final[dict[str, Callable[[Any, str], Expressions]]] = {
    "threshold": _threshold, "change": _change, "absence": _absence, "budget": _budget, "burn_rate": _burn_rate,
    "unpriced": _unpriced, "promql": _promql, "unanswered": _unanswered, "dead_man": _dead_man,
    "anomaly": _anomaly, "runaway": _runaway, "joint": _joint, "outage": _outage,
}  # fmt: skip


def _tiers(
    rule: Rule, tiers: Mapping[TierName, Tier], value: str, counted: Mapping[Question, int], *, always: bool = False
) -> Expressions:
    """Write a value against bounds; each question must have so many observations behind it."""
    told: dict[TierName, str] = {}
    for name, tier in tiers.items():
        told[name] = _bound(rule, name, tier, f"({value})")
        # what is above something is there; what is below may merely not have come
        if always or tier.above is None or tier.above.value < 0 or max(counted.values(), default=1) > 1:
            enough = "".join(f" and {_at_least(asked, least)}" for asked, least in counted.items())
            told[name] = f"({told[name]}){enough}" if enough else told[name]
    return Expressions(told)


def _bound(rule: Rule, name: TierName, tier: Tier, value: str) -> str:
    over = tier.above is not None
    breach = f"{value} {'>' if over else '<'} {_number(tier.threshold.value)}"
    clear = tier.clear_below if over else tier.clear_above
    if clear is None:
        return breach
    held = f"{value} {'>=' if over else '<='} {_number(clear.value)}"
    return f"{breach} or ({held} and {_on(rule)} {_alerts(rule, name)})"


def _firing(rule: Rule, name: TierName) -> str:
    labels = f" by ({_labels(rule)})" if rule.by else ""
    return f"max{labels} ({_alerts(rule, name)})"


def _alerts(rule: Rule, name: TierName) -> str:
    return f'ALERTS{{alertname="{rule.name}", alertstate="firing", severity="{name}"}}'


def _on(rule: Rule) -> str:
    if isinstance(rule, Measured):
        return f"on ({_labels(rule)})"
    return f"ignoring ({', '.join(['alertname', 'alertstate', 'severity', *rule.labels])})"


def _labels(rule: Rule) -> str:
    return ", ".join(LABEL_OF[name] for name in rule.by)


def _at_least(asked: Question, least: int) -> str:
    seen = count_of(asked)
    if not seen:
        raise AskError(f"Prometheus does not count what is in {asked.measure}, and the rule needs to know it")
    return f"(round({seen}) >= {least})"


def _number(value: float) -> str:
    return f"{value:.15g}"
