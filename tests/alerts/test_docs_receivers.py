"""What the page about receivers promises to whoever verifies signatures."""

from __future__ import annotations

import time
from typing import Any

import pytest

from spanwise_alerts.notify.webhook import WebhookChannel
from spanwise_alerts.receivers.webhook import Webhook
from tests.alerts.builders import a_letter
from tests.alerts.test_docs import RECEIVERS, fence
from tests.support.webhook import Delivery, WebhookSink

SECRETS = ["whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "quite a long secret of the receiver"]


async def delivered(secret: str) -> Delivery:
    with WebhookSink() as sink:
        way = Webhook.model_validate({"url": sink.url, "allow_private": True, "secret": secret})
        channel = WebhookChannel("team/webhook", way, time.time)
        await channel.send(a_letter())
        await channel.close()
    return sink.deliveries[0]


def recipe() -> Any:
    names: dict[str, Any] = {}
    exec(compile(fence(RECEIVERS, "python"), "receivers.md", "exec"), names)
    return names["verify"]


@pytest.mark.parametrize("secret", SECRETS)
async def test_the_recipe_of_the_page_takes_what_is_sent(secret: str):
    found = await delivered(secret)
    recipe()(secret, found.headers, found.raw)


@pytest.mark.parametrize(
    ("changes", "wanted"),
    [
        ({"body": b"{}"}, "not signed with our secret"), ({"secret": SECRETS[1]}, "not signed with our secret"),
        ({"webhook-id": "another"}, "not signed with our secret"), ({"webhook-timestamp": "1600000000"}, "too old"),
    ],
)  # fmt: skip
async def test_the_recipe_of_the_page_refuses_what_was_changed(changes: dict[str, Any], wanted: str):
    found = await delivered(SECRETS[0])
    headers = {**found.headers, **{name: value for name, value in changes.items() if name.startswith("webhook")}}
    with pytest.raises(ValueError, match=wanted):
        recipe()(changes.get("secret", SECRETS[0]), headers, changes.get("body", found.raw))
