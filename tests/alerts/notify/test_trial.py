from __future__ import annotations

from spanwise_alerts.alert import Outcome
from spanwise_alerts.notify.trial import Tried, tried
from spanwise_alerts.receivers.receiver import Receiver
from tests.support.clock import Clock
from tests.support.webhook import WebhookSink


async def test_each_channel_gets_one_letter_that_says_what_it_is_also_those_without_ends():
    with WebhookSink() as first, WebhookSink() as second:
        hooks = [{"url": sink.url, "allow_private": True, "send_resolved": False} for sink in (first, second)]
        team = Receiver.model_validate({"name": "team", "webhook": hooks})
        assert await tried(team, Clock(), "id-1") == [
            Tried("team/webhook", Outcome("delivered")), Tried("team/webhook/2", Outcome("delivered")),
        ]  # fmt: skip
        assert (len(first.bodies), len(second.bodies)) == (1, 1)
        (body,) = first.bodies
        assert (body["reason"], body["status"]) == ("test", "firing")
        assert body["summary"] == "A test of the receiver team: nothing is wrong"
        await tried(team, Clock(), "id-2")
    assert len({body["delivery"] for body in [*first.bodies, *second.bodies]}) == 4
