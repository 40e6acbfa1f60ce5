"""Inhibition: while some alerts fire, others are not told."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from spanwise_alerts.matchers import Matchers, matches_all
from spanwise_alerts.route import InhibitRule, flat

Labels = Mapping[str, str]
_Key = tuple[str, ...]


@dataclass(slots=True)
class _Rule:
    """A rule, and the alerts that hold others back by it: by the values of `equal`, fingerprint → whether a target."""

    source: Matchers
    target: Matchers
    equal: tuple[str, ...]
    sources: dict[_Key, dict[str, bool]] = field(default_factory=dict[_Key, dict[str, bool]])
    places: dict[str, _Key] = field(default_factory=dict[str, _Key])

    def key(self, labels: Labels) -> _Key:
        return tuple(labels.get(name, "") for name in self.equal)


class Inhibition:
    """Knows at each moment which firing alerts hold back which others."""

    def __init__(self, rules: Sequence[InhibitRule]) -> None:
        self._rules = [_Rule(flat(r.source_matchers), flat(r.target_matchers), tuple(r.equal)) for r in rules]

    def fires(self, fingerprint: str, labels: Labels) -> bool:
        """Take in an alert that fires; return whether that may hold others back, or no longer does."""
        changed = False
        for rule in self._rules:
            key = rule.key(labels) if matches_all(rule.source, labels) else None
            if rule.places.get(fingerprint) == key:
                continue
            changed = True
            self._drop(rule, fingerprint)
            if key is not None:
                rule.places[fingerprint] = key
                # an alert that is both is not held back by another that is both: neither would be told
                rule.sources.setdefault(key, {})[fingerprint] = matches_all(rule.target, labels)
        return changed

    def is_over(self, fingerprint: str) -> bool:
        """Let go of an alert that fires no more; return whether it held others back."""
        held = [self._drop(rule, fingerprint) for rule in self._rules]
        return any(held)

    def by(self, labels: Labels) -> tuple[str, ...]:
        """Return the fingerprints of the alerts that hold back one with these labels, sorted."""
        found: set[str] = set()
        for rule in self._rules:
            sources = rule.sources.get(rule.key(labels)) if rule.sources else None
            if sources and matches_all(rule.target, labels):
                both = matches_all(rule.source, labels)
                found.update(mark for mark, is_target in sources.items() if not (both and is_target))
        return tuple(sorted(found))

    @staticmethod
    def _drop(rule: _Rule, fingerprint: str) -> bool:
        key = rule.places.pop(fingerprint, None)
        if key is None:
            return False
        del rule.sources[key][fingerprint]
        if not rule.sources[key]:
            del rule.sources[key]
        return True
