"""Our own numbers for Prometheus: rules watched, alerts firing, letters waiting."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from prometheus_client import CollectorRegistry, Counter, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from spanwise_alerts.events import AlertChanged, Event
from spanwise_alerts.memory import Memory
from spanwise_alerts.rule import TIERS

CONTENT_TYPE: Final = "text/plain; version=0.0.4; charset=utf-8"


class Numbers:
    """Counts events, and reads the memory when asked."""

    def __init__(self, memory: Memory) -> None:
        self._registry = CollectorRegistry()
        self._gauges = _Gauges(memory)
        self._registry.register(self._gauges)
        self._changes = Counter(
            "spanwise_alerts_changes", "Changes of alerts: fired, upgraded, downgraded, resolved.", ("kind",),
            registry=self._registry,
        )  # fmt: skip
        self._attempts = Counter(
            "spanwise_alerts_delivery_attempts", "Attempts to deliver a letter, by how they ended.",
            ("channel", "outcome"), registry=self._registry,
        )  # fmt: skip

    def count(self, event: Event) -> None:
        """Take one event into the counters."""
        if isinstance(event, AlertChanged):
            self._changes.labels(event.kind).inc()
        else:
            self._attempts.labels(event.letter.channel, event.outcome.kind).inc()

    def text(self, letters: Mapping[tuple[str, str], int]) -> bytes:
        """Return all numbers in Prometheus' text format; `letters` counts them by (channel, status)."""
        self._gauges.letters = letters
        return generate_latest(self._registry)


class _Gauges(Collector):
    def __init__(self, memory: Memory) -> None:
        self._memory = memory
        self.letters: Mapping[tuple[str, str], int] = {}

    def collect(self) -> Iterator[GaugeMetricFamily]:
        firing = GaugeMetricFamily("spanwise_alerts_firing", "Alerts that fire, by tier.", labels=["tier"])
        tiers = [held.alert.tier for held in self._memory.all()]
        for tier in TIERS:
            firing.add_metric([tier], tiers.count(tier))
        yield firing
        faulty = sum(bool(health.fault) for health in self._memory.health.values())
        yield GaugeMetricFamily("spanwise_alerts_rules", "Rules that are loaded.", value=len(self._memory.health))
        yield GaugeMetricFamily("spanwise_alerts_rules_failing", "Rules that cannot be evaluated now.", value=faulty)
        letters = GaugeMetricFamily(
            "spanwise_alerts_letters_undelivered", "Letters that wait or were given up.", labels=["channel", "status"]
        )
        for (channel, status), count in sorted(self.letters.items()):
            if status != "delivered":
                letters.add_metric([channel, status], count)
        yield letters
