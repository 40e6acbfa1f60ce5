from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from spanwise_alerts.followed import watch_again
from spanwise_alerts.rule import Rule
from tests.alerts.builders import a_rule


@dataclass
class Told:
    """What is known, and as whom it is to judge."""

    judges_as: list[Rule] = field(default_factory=list)

    def judge_as(self, rule: Rule) -> None:
        self.judges_as.append(rule)


@dataclass
class Follows:
    rule: Any
    state: Told | None = None
    stopped: bool = False

    def stop(self) -> None:
        self.stopped = True


def same(was: Follows, rule: Rule) -> bool:
    return was.rule.by == rule.by


def test_what_fits_goes_on_and_judges_as_the_new_rule_and_the_rest_stops():
    kept, other, gone = (Follows(a_rule(name=name), Told()) for name in ("kept", "other", "gone"))
    new = [a_rule(name="kept", labels={"a": "b"}), a_rule(name="other", by=["agent"]), a_rule(name="new")]
    found = watch_again({each.rule.name: each for each in (kept, other, gone)}, new, Follows, same)
    assert list(found) == ["kept", "other", "new"]
    assert found["kept"] is kept
    assert (kept.rule, kept.state, kept.stopped) == (new[0], Told([new[0]]), False)
    assert (found["other"].state, other.stopped, gone.stopped) == (None, True, True)


def test_what_knows_nothing_yet_judges_later():
    was = Follows(a_rule())
    assert watch_again({was.rule.name: was}, [a_rule(labels={"a": "b"})], Follows, same) == {was.rule.name: was}
    assert was.rule.labels == {"a": "b"}
