"""Unit tests of rules: series over time in, expected alerts at moments out. After the ideas of promtool."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Final, Self

from pydantic import AfterValidator, Field, ValidationError, model_validator

from spanwise_alerts.alert import Labels, Notice
from spanwise_alerts.config import load_rules
from spanwise_alerts.detect.evaluate import questions
from spanwise_alerts.faults import ConfigError, Fault, expected, faults_of
from spanwise_alerts.files import read_yaml
from spanwise_alerts.line import ADDED, Line
from spanwise_alerts.quantity import quantity
from spanwise_alerts.question import Answer, Question, Table
from spanwise_alerts.rehearsal import Rehearsal
from spanwise_alerts.rule import Duration, Rule, Section

_AMOUNT: Final = r"[$]?[0-9.]+(?:[eE][+-]?[0-9]+)?(?:%|ms|[smhdw])?"
_TOKEN: Final = re.compile(rf"(_|{_AMOUNT})(?:([+-])({_AMOUNT}))?(?:x(\d+))?")
_MOST_POINTS: Final = 100_000
_START: Final = datetime(2026, 1, 1, tzinfo=UTC)


def values_of(text: str) -> list[float | None]:
    """Read promtool's notation, with units: `3s 5x3` (5 and 3 more) `1+2x3` (1 3 5 7) `_` (nothing).

    Raises:
        ValueError: it is none.
    """
    found: list[float | None] = []
    for token in text.split():
        match = _TOKEN.fullmatch(token)
        if match is None or (match[2] and not match[4]):
            raise ValueError(f"got {token!r}, expected values such as 3s, 5x3, 1+2x3 or _ for nothing")
        more, first = int(match[4] or 0), match[1]
        step = 0.0 if match[3] is None else quantity(match[3]).value * (-1 if match[2] == "-" else 1)
        if len(found) + more >= _MOST_POINTS:
            raise ValueError(f"got {token!r}, expected at most {_MOST_POINTS} values")
        found += [None if first == "_" else quantity(first).value + step * n for n in range(more + 1)]
    return found


def _values(text: str) -> str:
    values_of(text)
    return text


Values = Annotated[str, AfterValidator(_values)]


class InputSeries(Section):
    """What the source of numbers would say of one series.

    A value of `sum`, `count` and `ratio` is that of one interval, and windows add them up; of all other statistics
    it is what the rule's window comes to at that moment.
    """

    measure: str = Field(default="", description="as in the rule", examples=["llm.duration"])
    stat: str = Field(default="", description="as in the rule", examples=["p95"])
    promql: str = Field(default="", description="in place of measure and stat: the expression of the rule")
    labels: dict[str, str] = Field(
        default_factory=dict[str, str], description="the series", examples=[{"model": "gpt-4o"}]
    )
    values: Values = Field(description="one each interval, in promtool's notation", examples=["3s 9sx10 _x5"])
    counts: Values = Field(default="", description="observations behind each value (default: 1000)", examples=["50x15"])

    @model_validator(mode="after")
    def _asked(self) -> Self:
        if bool(self.promql) == bool(self.measure and self.stat):
            raise ValueError("expected `measure` and `stat`, or else `promql`")
        return self

    def line(self, start_s: float, interval_s: float) -> Line:
        """Place the values in time."""
        values = values_of(self.values)
        counts = [int(n or 0) for n in values_of(self.counts)] or [1000] * len(values)
        counts += [counts[-1]] * (len(values) - len(counts)) if counts else []
        seen = [0 if value is None else count for value, count in zip(values, counts, strict=False)]
        if self.stat == "count":
            seen = [int(value or 0) for value in values]
        line = Line([start_s + n * interval_s for n in range(len(values))], values, seen)
        line.sum_up(self.stat)
        return line


class ExpectedAlert(Section):
    """An alert that fires at a moment; what is not said is not looked at."""

    labels: dict[str, str] = Field(
        default_factory=dict[str, str], alias="exp_labels", description="with `severity`, its tier",
        examples=[{"model": "gpt-4o", "severity": "critical"}],
    )  # fmt: skip
    annotations: dict[str, str] = Field(
        default_factory=dict[str, str], alias="exp_annotations", description="such as summary"
    )


class AlertTest(Section):
    """What fires of one rule at one moment; without `exp_alerts` nothing does."""

    eval_time_s: Duration = Field(alias="eval_time", description="since the beginning", examples=["5m"])
    alertname: str = Field(description="the name of the rule", examples=["llm-latency"])
    exp_alerts: list[ExpectedAlert] = Field(default_factory=list[ExpectedAlert], description="all that fires then")


class RuleTest(Section):
    """One story."""

    name: str = Field(description="what it shows")
    interval_s: Duration = Field(default=60.0, alias="interval", gt=0, description="between values (default 1m)")
    start: datetime = Field(default=_START, description="when it begins, for rules that know the calendar")
    input_series: list[InputSeries] = Field(description="what is measured")
    alert_rule_test: list[AlertTest] = Field(min_length=1, description="what is expected")


class StoryFile(Section):
    """A file of tests."""

    rule_files: list[str] = Field(min_length=1, description="rule files, relative to this file")
    evaluation_interval_s: Duration = Field(
        default=10.0, alias="evaluation_interval", gt=0, description="between evaluations (default 10s)"
    )
    tests: list[RuleTest] = Field(min_length=1, description="the tests")


def run_file(path: Path, name: str) -> tuple[int, list[str]]:
    """Run the tests of a file.

    Returns:
        How many expectations there were, and one text for each that was not met.

    Raises:
        ConfigError: with everything that is wrong with the file or its rule files.
    """
    try:
        file = StoryFile.model_validate(read_yaml(path, name))
    except ValidationError as error:
        raise ConfigError(faults_of(error, StoryFile, name)) from error
    rules: dict[str, Rule] = {}
    for place, listed in enumerate(file.rule_files):
        found = sorted(path.parent.glob(listed))
        if not found:
            raise ConfigError([Fault(name, f"rule_files[{place}]", f"got {listed!r}, expected a file that exists")])
        for each in found:
            rules |= {rule.name: rule for rule in load_rules(read_yaml(each, str(each)), str(each))}
    _check_names(file, rules, name)
    unmet = [f"{name}: {test.name}: {text}" for test in file.tests for text in _run(test, rules, file)]
    return sum(len(test.alert_rule_test) for test in file.tests), unmet


def _check_names(file: StoryFile, rules: dict[str, Rule], name: str) -> None:
    faults = [
        Fault(name, f"tests[{i}].alert_rule_test[{j}].alertname", expected(each.alertname, rules))
        for i, test in enumerate(file.tests) for j, each in enumerate(test.alert_rule_test)
        if each.alertname not in rules
    ]  # fmt: skip
    if faults:
        raise ConfigError(faults)


def _run(test: RuleTest, rules: dict[str, Rule], file: StoryFile) -> Iterator[str]:
    for rule in {each.alertname: rules[each.alertname] for each in test.alert_rule_test}.values():
        wanted = sorted((t for t in test.alert_rule_test if t.alertname == rule.name), key=lambda t: t.eval_time_s)
        yield from _run_rule(test, rule, wanted, file.evaluation_interval_s)


def _run_rule(test: RuleTest, rule: Rule, wanted: Sequence[AlertTest], every_s: float) -> Iterator[str]:
    start_s = test.start.timestamp()
    lines = [(series, series.line(start_s, test.interval_s)) for series in test.input_series]
    rehearsal, at = Rehearsal(rule), 0
    for each in wanted:
        while at * every_s <= each.eval_time_s + every_s / 1000:
            now_s = start_s + at * every_s
            rehearsal.at([_answer(q, lines, now_s, test.interval_s) for q in questions(rule, now_s)], now_s)
            at += 1
        yield from (f"{rule.name} at {each.eval_time_s:g}s: {text}" for text in _differences(rehearsal.says(), each))


def _answer(question: Question, lines: Sequence[tuple[InputSeries, Line]], now_s: float, interval_s: float) -> Answer:
    found: dict[Labels, tuple[float | None, int]] = {}
    until_s = now_s - question.ago_s
    for series, line in lines:
        if not _about(series, question):
            continue
        labels = tuple(sorted((k, v) for k, v in series.labels.items() if v and (k in question.by or question.promql)))
        if question.since_s is not None or question.stat in ADDED:
            window_s = question.window_s if question.since_s is None else now_s - question.since_s
            found[labels] = line.between(question.stat, until_s - window_s, until_s)
        else:
            found[labels] = line.last(until_s, interval_s)
    return Answer(Table(list(found)), [value for value, _ in found.values()], [count for _, count in found.values()])


def _about(series: InputSeries, question: Question) -> bool:
    same = (series.measure, series.stat, series.promql) == (question.measure, question.stat, question.promql)
    return same and all(series.labels.get(name) == value for name, value in question.where)


def _differences(firing: Sequence[Notice], wanted: AlertTest) -> Iterator[str]:
    left = list(firing)
    for alert in wanted.exp_alerts:
        match = next((notice for notice in left if _meets(notice, alert)), None)
        if match is None:
            yield f"expected {_shown(alert.labels, alert.annotations)}, got {_all(left)}"
        else:
            left.remove(match)
    if left and len(firing) > len(wanted.exp_alerts):
        yield f"expected nothing more, got {_all(left)}"


def _meets(notice: Notice, alert: ExpectedAlert) -> bool:
    return (
        alert.labels.items() <= notice.routed_labels.items() and alert.annotations.items() <= notice.annotations.items()
    )


def _all(notices: Sequence[Notice]) -> str:
    return "; ".join(_shown(notice.routed_labels, notice.annotations) for notice in notices) or "nothing"


def _shown(labels: dict[str, str], annotations: dict[str, str]) -> str:
    return f"{labels} {annotations}" if annotations else str(labels)
