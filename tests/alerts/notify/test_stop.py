from __future__ import annotations

import json
from typing import Any

from spanwise_alerts.alert import Letter, Outcome
from spanwise_alerts.notify.message import message_of
from spanwise_alerts.notify.signature import key_of, signed
from spanwise_alerts.notify.stop import StopChannel, body_of
from spanwise_alerts.rules.runaway import Stop
from tests.alerts.builders import a_notice
from tests.support.webhook import Reply, WebhookSink

NOW_S = 1_790_000_000.0
SECRET = "whsec_c3BhbndpY2UgZXhhbXBsZSBzZWNyZXQgMDEyMw=="
LABELS = {"alertname": "loops", "agent": "researcher", "service": "shop", "run": "ab" * 16}


def a_letter() -> Letter:
    notice = a_notice(labels=LABELS, rule="loops", summary="it loops", tier="critical")
    return Letter("key-1", "key-1", "stop/loops", message_of("stop:x", "stop/loops", "first", [notice], {}))


async def send(url: str, **config: Any) -> Outcome:
    stop = Stop.model_validate({"url": url, "allow_private": True, "secret": SECRET, **config})
    channel = StopChannel("stop/loops", stop, lambda: NOW_S)
    try:
        return await channel.send(a_letter())
    finally:
        await channel.close()


async def test_the_run_to_stop_is_posted_and_signed():
    with WebhookSink() as sink:
        assert await send(f"{sink.url}/stop") == Outcome("delivered")
    (delivery,) = sink.deliveries
    assert delivery.body == {
        "version": "1", "action": "stop", "trace_id": "ab" * 16, "service": "shop", "agent": "researcher",
        "reason": "it loops", "rule": "loops", "tier": "critical", "delivery": "key-1",
    }  # fmt: skip
    wanted = signed(key_of(SECRET), "key-1", NOW_S, body_of(a_letter()))
    assert {name: delivery.headers[name] for name in wanted} == wanted
    assert delivery.headers["Idempotency-Key"] == "key-1"
    assert json.loads(body_of(a_letter())) == delivery.body


async def test_who_is_busy_is_told_again_and_who_refuses_is_not():
    with WebhookSink(Reply(503), Reply(403, body=b"not signed")) as sink:
        assert (await send(sink.url)).kind == "retry"
        refused = await send(sink.url)
    assert (refused.kind, refused.reason) == ("dead", "answered 403: not signed")


async def test_a_secret_that_is_gone_or_bad_is_looked_for_again(tmp_path):
    file = tmp_path / "secret"
    file.write_text(SECRET)
    stop = Stop.model_validate({"url": "http://127.0.0.1:1", "allow_private": True, "secret_file": file})
    channel = StopChannel("stop/loops", stop, lambda: NOW_S)
    for change in (lambda: file.write_text("short"), file.unlink):
        change()
        outcome = await channel.send(a_letter())
        assert (outcome.kind, "its secret cannot be read" in outcome.reason) == ("retry", True)
        assert "short" not in outcome.reason.replace("too short", "")
    await channel.close()
