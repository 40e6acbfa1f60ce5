"""Whatever happens to alerts, in whatever order: a pager opens an incident for each group, and ends all of them."""

from __future__ import annotations

from typing import Any, ClassVar

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from spanwise_alerts.alert import Letter, Outcome
from spanwise_alerts.attend import Target
from spanwise_alerts.group.identity import fingerprint
from spanwise_alerts.notify.formats.pagerduty import PagerdutyFormat
from spanwise_alerts.people.act import Act
from spanwise_alerts.receivers.pagerduty import Pagerduty
from spanwise_alerts.record.outbox import Attempt
from tests.property.test_dispatch import Dispatching

FORMAT = PagerdutyFormat(Pagerduty.model_validate({"routing_key": "k"}), "")


class Paging(Dispatching):
    """The same, told to pagers; what they hold is worked out from the events that they would get."""

    ways: ClassVar[dict[str, Any]] = {"pagerduty": {"routing_key": "k"}}

    @precondition(lambda self: self.firing)
    @rule(data=st.data(), kind=st.sampled_from(["acknowledge", "unacknowledge"]))
    def act(self, data: st.DataObject, kind: Any) -> None:
        name, host = data.draw(st.sampled_from(sorted(self.firing)))
        target = Target((fingerprint({"alertname": name, "host": host}),))
        self.runner.run(self.dispatcher.act(target, Act(kind, "ada"), self.now_s))

    def letters(self, channel: str) -> list[Letter]:
        """Deliver what waits for a channel, in its order."""
        found: list[Letter] = []
        while due := self.runner.run(self.store.due(channel, self.now_s, 16)):
            found += due
            self.runner.run(self.store.settle([Attempt(one, Outcome("delivered"), self.now_s, 0.0) for one in due]))
        return found

    def check_letters(self) -> None:
        for channel in ("team/pagerduty", "pager/pagerduty"):
            opened, held = dict[str, str](), set[str]()
            for letter in self.letters(channel):
                event = FORMAT.post(letter, self.now_s).body
                key, action = event["dedup_key"], event["event_action"]
                if action == "trigger":
                    opened[key] = letter.message.group_key
                    held.add(key)
                elif key in opened or letter.message.reason not in {"flapping", "digest"}:
                    # but for a digest of what is calm just now nothing is told of an incident that was never opened
                    assert opened.get(key) == letter.message.group_key, f"{action} of {letter.message.group_key}"
                if action == "resolve":
                    held.discard(key)
            assert held == set(), channel


Paging.TestCase.settings = settings(
    max_examples=25, stateful_step_count=25, deadline=None, suppress_health_check=list(HealthCheck)
)
TestPaging = Paging.TestCase
