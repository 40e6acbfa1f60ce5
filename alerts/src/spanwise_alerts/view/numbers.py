"""Our own numbers for Prometheus, as the catalogue names them: rules watched, alerts firing, letters waiting."""

from __future__ import annotations

from collections import Counter as Tally
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Final

from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from spanwise_alerts.alert import Letter, Reason, Standing
from spanwise_alerts.events import AlertChanged, DeliveryAttempted, Event, Notified
from spanwise_alerts.memory import Memory
from spanwise_alerts.rule import TIERS
from spanwise_alerts.view import bands, objectives
from spanwise_alerts.view.desk import Desk
from spanwise_schema import alert_metrics as catalogue
from spanwise_schema.metrics import OTHER, Metric

CONTENT_TYPE: Final = "text/plain; version=0.0.4; charset=utf-8"
_STANDINGS: Final = ("active", "suppressed", "unprocessed")
_SILENCES: Final = ("active", "pending", "expired")
_MOST_NAMES: Final = 500
"""Names of alerts that others post are theirs to choose; further ones are told together."""
_NEW: Final[frozenset[Reason]] = frozenset({"first", "new"})


class Numbers:
    """Counts events, and looks at the rest when asked."""

    def __init__(self, desk: Desk, memory: Callable[[], Memory], now: Callable[[], float]) -> None:
        self._registry = CollectorRegistry()
        self._named: set[str] = set()
        self._gauges = _Gauges(desk, memory, now, self._name)
        self._registry.register(self._gauges)
        self._changes = self._counter(catalogue.CHANGES)
        self._messages = self._counter(catalogue.MESSAGES)
        self._attempts = self._counter(catalogue.DELIVERY_ATTEMPTS)
        metric = catalogue.LATENCY
        self._latency = Histogram(
            metric.name, metric.help, metric.labels, buckets=metric.buckets, registry=self._registry
        )
        self._received = self._counter(catalogue.RECEIVED)
        self._invalid = self._counter(catalogue.RECEIVED_INVALID)

    def _counter(self, metric: Metric) -> Counter:
        return Counter(metric.name, metric.help, metric.labels, registry=self._registry)

    def count(self, event: Event) -> None:
        """Take one event into the counters."""
        match event:
            case AlertChanged():
                self._changes.labels(self._name(event.notice.rule), event.kind).inc()
            case Notified():
                self._messages.labels(event.message.receiver, event.message.reason).inc()
            case DeliveryAttempted():
                self._attempts.labels(event.letter.channel, event.outcome.kind).inc()
                began_s = _began_s(event.letter)
                if began_s is not None and event.outcome.kind == "delivered":
                    self._latency.labels(event.letter.channel).observe(max(event.at_s - began_s, 0.0))

    def _name(self, rule: str) -> str:
        if len(self._named) < _MOST_NAMES:
            self._named.add(rule)
        return rule if rule in self._named else OTHER

    def posted(self, taken: int, invalid: int) -> None:
        """Count alerts that others posted."""
        self._received.inc(taken)
        self._invalid.inc(invalid)

    def text(self, letters: Mapping[tuple[str, str], int]) -> bytes:
        """Return all numbers in Prometheus' text format; `letters` counts them by (channel, status)."""
        self._gauges.letters = letters
        return generate_latest(self._registry)


class _Gauges(Collector):
    def __init__(
        self, desk: Desk, memory: Callable[[], Memory], now: Callable[[], float], name: Callable[[str], str]
    ) -> None:
        self._desk = desk
        self._memory = memory
        self._now = now
        self._name = name
        self.letters: Mapping[tuple[str, str], int] = {}

    def collect(self) -> Iterator[GaugeMetricFamily]:
        standings, now_s = list(self._desk.alerts()), self._now()
        yield _family(catalogue.FIRING, TIERS, Tally(standing.notice.tier for standing in standings))
        yield from self._by_rule(standings)
        yield _family(catalogue.STANDING, _STANDINGS, Tally(standing.state for standing in standings))
        yield _single(catalogue.GROUPS, len(self._desk.groups()))
        states = Tally(silence.state(now_s) for silence in self._desk.silences())
        yield _family(catalogue.SILENCES, _SILENCES, states)
        memory = self._memory()
        health = memory.health.values()
        yield _single(catalogue.RULES, len(health))
        yield _single(catalogue.RULES_FAILING, sum(bool(rule.fault) for rule in health))
        yield from objectives.families(memory.objectives)
        yield from bands.families(memory.bands())
        metric = catalogue.LETTERS_UNDELIVERED
        letters = GaugeMetricFamily(metric.name, metric.help, labels=metric.labels)
        for (channel, status), count in sorted(self.letters.items()):
            if status != "delivered":
                letters.add_metric([channel, status], count)
        yield letters

    def _by_rule(self, standings: Sequence[Standing]) -> Iterator[GaugeMetricFamily]:
        named = [(self._name(standing.notice.rule), standing) for standing in standings]
        yield _counted(catalogue.RULE_FIRING, Tally((name, standing.notice.tier) for name, standing in named))
        flapping = Tally((name,) for name, standing in named if "flapping" in standing.muted_by)
        yield _counted(catalogue.FLAPPING, flapping)


def _began_s(letter: Letter) -> float | None:
    """Say since when the alert fires of which a letter is the first word; None of any other letter."""
    firing = [notice.starts_at_s for notice in letter.message.notices if notice.status == "firing"]
    return max(firing) if firing and letter.message.reason in _NEW else None


def _single(metric: Metric, value: int) -> GaugeMetricFamily:
    return GaugeMetricFamily(metric.name, metric.help, value=value)


def _counted(metric: Metric, counts: Mapping[tuple[str, ...], int]) -> GaugeMetricFamily:
    family = GaugeMetricFamily(metric.name, metric.help, labels=metric.labels)
    for labels, count in sorted(counts.items()):
        family.add_metric(labels, count)
    return family


def _family(metric: Metric, names: tuple[str, ...], counts: Mapping[str, int]) -> GaugeMetricFamily:
    family = GaugeMetricFamily(metric.name, metric.help, labels=metric.labels)
    for name in names:
        family.add_metric([name], counts.get(name, 0))
    return family
