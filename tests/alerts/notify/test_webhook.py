from __future__ import annotations

import threading
from typing import Any

import pytest

from spanwise_alerts.alert import Outcome
from spanwise_alerts.notify.webhook import WebhookChannel, body_of
from spanwise_alerts.receivers.webhook import Webhook
from tests.alerts.builders import a_letter
from tests.support.webhook import Reply, WebhookSink


async def send(url: str, **config: Any) -> Outcome:
    channel = WebhookChannel("team/webhook", Webhook.model_validate({"url": url, **config}), lambda: 784111770.0)
    try:
        return await channel.send(a_letter())
    finally:
        await channel.close()


async def test_the_body_and_the_headers_are_as_documented():
    with WebhookSink() as sink:
        assert await send(f"{sink.url}/hook?token=1") == Outcome("delivered")
    (delivery,) = sink.deliveries
    assert delivery.path == "/hook?token=1"
    assert delivery.headers["Idempotency-Key"] == a_letter().key
    assert delivery.headers["Content-Type"] == "application/json"
    assert delivery.headers["User-Agent"].startswith("spanwise-alerts/")
    assert delivery.body == {
        "version": "2", "delivery": a_letter().key, "thread": a_letter().key, "status": "firing", "tier": "warning",
        "reason": "first", "summary": "gpt-4o is slow", "receiver": "team",
        "group_key": '{}:{alertname="llm-latency"}', "group_labels": {"alertname": "llm-latency"},
        "common_labels": {"alertname": "llm-latency", "model": "gpt-4o", "severity": "warning"},
        "common_annotations": {},
        "alerts": [{
            "status": "firing", "tier": "warning", "previous_tier": None, "rule": "llm-latency",
            "summary": "gpt-4o is slow", "description": "",
            "labels": {"alertname": "llm-latency", "model": "gpt-4o"}, "annotations": {}, "value": 9.5,
            "value_text": "9.5 s", "threshold": 8.0, "unit": "s", "window_s": 300.0, "count": 42,
            "starts_at": "1970-01-01T00:16:40.500Z", "ends_at": None, "fingerprint": "00000000000000aa",
            "runbook": "https://example.com/r", "links": {"measure": "http://c/api/v1/measure?measure=llm.duration"},
            "source": "rule",
        }],
    }  # fmt: skip


def test_the_end_is_in_the_body():
    body = body_of(a_letter(status="resolved", ends_at_s=2000.0))
    assert (body["status"], body["alerts"][0]["ends_at"]) == ("resolved", "1970-01-01T00:33:20.000Z")


@pytest.mark.parametrize(
    ("reply", "wanted"),
    [
        (Reply(204), Outcome("delivered")),
        (Reply(500, body=b"oops"), Outcome("retry", "answered 500: oops")),
        (Reply(429, (("Retry-After", "7"),)), Outcome("retry", "answered 429", 7.0)),
        (Reply(503, (("Retry-After", "Sun, 06 Nov 1994 08:49:37 GMT"),)), Outcome("retry", "answered 503", 7.0)),
        (Reply(503, (("Retry-After", "soon"),)), Outcome("retry", "answered 503", 0.0)),
        (Reply(408), Outcome("retry", "answered 408")),
        (Reply(404, body=b"gone"), Outcome("dead", "answered 404: gone")),
        (Reply(302, (("Location", "http://127.0.0.1:1/"),)), Outcome("dead", "answered 302")),
    ],
)
async def test_answers_are_told_apart(reply: Reply, wanted: Outcome):
    with WebhookSink(reply) as sink:
        assert await send(sink.url) == wanted
        assert len(sink.deliveries) == 1


async def test_a_receiver_that_does_not_answer_in_time_is_tried_again():
    release = threading.Event()
    with WebhookSink(Reply(hold=release)) as sink:
        assert await send(sink.url, timeout="50ms") == Outcome("retry", "no answer: ReadTimeout")
        release.set()


async def test_a_receiver_that_is_not_there_is_tried_again_and_its_link_is_not_told():
    assert await send("http://127.0.0.1:1/secret") == Outcome("retry", "no answer: ConnectError")
