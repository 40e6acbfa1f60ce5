from __future__ import annotations

import base64
import threading
from pathlib import Path
from typing import Any

import pytest

from spanwise_alerts.alert import Outcome
from spanwise_alerts.notify.signature import key_of, signed
from spanwise_alerts.notify.webhook import WebhookChannel
from spanwise_alerts.receivers.webhook import Webhook
from tests.alerts.builders import a_letter
from tests.support.certificate import certificate
from tests.support.webhook import Reply, WebhookSink

NOW_S = 784111770.0
SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"


async def send(url: str, **config: Any) -> Outcome:
    way = Webhook.model_validate({"url": url, "allow_private": True, **config})
    channel = WebhookChannel("team/webhook", way, lambda: NOW_S)
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
        "common_annotations": {}, "actions": {},
        "alerts": [{
            "status": "firing", "tier": "warning", "previous_tier": None, "rule": "llm-latency",
            "summary": "gpt-4o is slow", "description": "",
            "labels": {"alertname": "llm-latency", "model": "gpt-4o"}, "annotations": {}, "value": 9.5,
            "value_text": "9.5 s", "threshold": 8.0, "unit": "s", "window_s": 300.0, "count": 42,
            "starts_at": "1970-01-01T00:16:40.500Z", "ends_at": None, "fingerprint": "00000000000000aa",
            "runbook": "https://example.com/r", "links": {"measure": "http://c/api/v1/measure?measure=llm.duration"},
            "source": "rule", "expected": None, "evidence": None,
        }],
    }  # fmt: skip


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
        assert await send(sink.url, timeout="50ms") == Outcome("retry", "no answer: TimeoutError")
        release.set()


async def test_a_receiver_that_is_not_there_is_tried_again_and_its_link_is_not_told():
    assert await send("http://127.0.0.1:1/secret") == Outcome("retry", "no answer: connection refused")


async def test_what_is_signed_is_the_body_as_it_is_sent():
    with WebhookSink() as sink:
        assert await send(sink.url, secret=SECRET) == Outcome("delivered")
    (delivery,) = sink.deliveries
    wanted = signed(key_of(SECRET), a_letter().key, NOW_S, delivery.raw)
    assert {name: delivery.headers[name] for name in wanted} == wanted


async def test_without_a_secret_nothing_is_signed():
    with WebhookSink() as sink:
        await send(sink.url)
    assert not [name for name in sink.deliveries[0].headers if name.lower().startswith("webhook-")]


async def test_who_we_are_is_sent_and_read_anew(tmp_path: Path):
    (tmp_path / "token").write_text("old")
    context = {"base": tmp_path}
    with WebhookSink() as sink:
        given = {"url": sink.url, "allow_private": True, "bearer_file": "token", "headers": {"X-Team": "blue"}}
        channel = WebhookChannel("team/webhook", Webhook.model_validate(given, context=context), lambda: NOW_S)
        await channel.send(a_letter())
        (tmp_path / "token").write_text("new\n")
        await channel.send(a_letter())
        (tmp_path / "token").unlink()
        outcome = await channel.send(a_letter())
        await channel.close()
    assert [each.headers["Authorization"] for each in sink.deliveries] == ["Bearer old", "Bearer new"]
    assert {each.headers["X-Team"] for each in sink.deliveries} == {"blue"}
    assert (outcome.kind, outcome.reason.startswith("its secrets cannot be read")) == ("retry", True)


@pytest.mark.parametrize("in_url", [False, True])
async def test_a_name_and_a_password_are_basic_authentication(*, in_url: bool):
    with WebhookSink() as sink:
        if in_url:
            await send(sink.url.replace("://", "://us%40er:p%3Aw@"))
        else:
            await send(sink.url, username="us@er", password="p:w")
    assert base64.b64decode(sink.deliveries[0].headers["Authorization"].removeprefix("Basic ")) == b"us@er:p:w"


async def test_the_authority_that_is_named_is_trusted_and_no_other(tmp_path: Path):
    ours, other = certificate(tmp_path), certificate(tmp_path, "other")
    with WebhookSink(tls=ours.server()) as sink:
        assert await send(sink.url, ca_file=str(ours.cert)) == Outcome("delivered")
        outcome = await send(sink.url)
        assert (outcome.kind, "its certificate is not good" in outcome.reason) == ("retry", True)
        assert (await send(sink.url, ca_file=str(other.cert))).kind == "retry"
        assert len(sink.deliveries) == 1


async def test_a_certificate_for_another_name_is_refused(tmp_path: Path):
    other = certificate(tmp_path, "other.example.com")
    with WebhookSink(tls=other.server()) as sink:
        outcome = await send(sink.url, ca_file=str(other.cert))
        assert outcome.kind == "retry"
        assert "mismatch" in outcome.reason
        assert sink.deliveries == []
