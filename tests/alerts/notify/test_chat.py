"""Each kind of way over real sockets: what arrives there, and how the vendor's answers are read."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from spanwise_alerts.alert import Outcome
from spanwise_alerts.notify.deliveries import channels_of
from spanwise_alerts.receivers.receiver import Receiver
from tests.alerts.notify.formats.cases import GOLDEN, NOW_S, WAYS, cases
from tests.support.webhook import Reply, WebhookSink

PATHS = {
    "pagerduty": "/v2/enqueue", "opsgenie": "/v2/alerts", "telegram": "/bot1:secret/sendMessage",
    "discord": "/x?wait=true",
    "dingtalk": "/x?timestamp=1800000600000&sign=5A%2FTVJTDCgFLu%2Beo%2FHqiQgq3HINsidJDvb6pYW9WEYQ%3D",
}  # fmt: skip
TAKEN = {
    "slack": Reply(200, body=b"ok"), "teams": Reply(202), "discord": Reply(200, body=b'{"id": "1"}'),
    "pagerduty": Reply(202, body=b'{"status":"success","message":"Event processed","dedup_key":"x"}'),
    "opsgenie": Reply(202, body=b'{"result":"Request will be processed","took":0.1,"requestId":"x"}'),
    "telegram": Reply(200, body=b'{"ok":true,"result":{"message_id":1}}'),
    "feishu": Reply(200, body=b'{"StatusCode":0,"StatusMessage":"success","code":0,"data":{},"msg":"success"}'),
    "dingtalk": Reply(200, body=b'{"errcode":0,"errmsg":"ok"}'),
    "wecom": Reply(200, body=b'{"errcode":0,"errmsg":"ok"}'),
}  # fmt: skip


def way_to(kind: str, url: str, **more: Any) -> dict[str, Any]:
    """Lead a way to a server of ours."""
    key, path = {
        "pagerduty": ("url", "/v2/enqueue"), "opsgenie": ("api_url", "/"), "telegram": ("api_url", ""),
    }.get(kind, ("url", "/x"))  # fmt: skip
    return {**WAYS[kind], key: url + path, "allow_private": True, **more}


async def send(kind: str, way: dict[str, Any], base: Path = Path()) -> Outcome:
    receiver = Receiver.model_validate({"name": "team", kind: way}, context={"base": base})
    (channel,) = channels_of([receiver], lambda: NOW_S, "https://alerts.example.com")
    assert channel.name == f"team/{kind}"
    try:
        return await channel.send(cases()["fired"])
    finally:
        await channel.close()


@pytest.mark.parametrize("kind", WAYS)
async def test_what_arrives_is_the_golden_case(kind: str):
    with WebhookSink(TAKEN[kind]) as sink:
        assert await send(kind, way_to(kind, sink.url)) == Outcome("delivered")
    (delivery,) = sink.deliveries
    golden = json.loads((GOLDEN / f"{kind}.json").read_text())["fired"]
    assert delivery.body == golden["body"]
    assert delivery.headers["Content-Type"] == "application/json; charset=utf-8"
    assert delivery.path == PATHS.get(kind, "/x")
    assert {name: delivery.headers[name] for name in golden["headers"]} == golden["headers"]


@pytest.mark.parametrize("kind", WAYS)
async def test_trouble_that_passes_is_tried_again(kind: str):
    with WebhookSink(Reply(503), Reply(429, (("Retry-After", "7"),))) as sink:
        assert await send(kind, way_to(kind, sink.url)) == Outcome("retry", "answered 503")
        assert await send(kind, way_to(kind, sink.url)) == Outcome("retry", "answered 429", 7.0)


@pytest.mark.parametrize("kind", WAYS)
async def test_what_will_not_pass_is_dead(kind: str):
    with WebhookSink(Reply(400, body=b"no"), Reply(404)) as sink:
        assert await send(kind, way_to(kind, sink.url)) == Outcome("dead", "answered 400: no")
        assert await send(kind, way_to(kind, sink.url)) == Outcome("dead", "answered 404")


@pytest.mark.parametrize(
    ("kind", "key", "value"),
    [
        ("slack", "url", "{url}/x"), ("pagerduty", "routing_key", "changed"), ("opsgenie", "api_key", "changed"),
        ("telegram", "bot_token", "2:changed"), ("feishu", "secret", "changed"), ("dingtalk", "secret", "changed"),
    ],
)  # fmt: skip
async def test_a_secret_in_a_file_is_read_anew_and_its_loss_passes(kind: str, key: str, value: str, tmp_path: Path):
    with WebhookSink(TAKEN[kind], TAKEN[kind]) as sink:
        file = tmp_path / "secret"
        way = way_to(kind, sink.url)
        file.write_text(f"{way.pop(key)}\n")
        receiver = Receiver.model_validate(
            {"name": "team", kind: {**way, f"{key}_file": "secret"}}, context={"base": tmp_path}
        )
        (channel,) = channels_of([receiver], lambda: NOW_S)
        try:
            assert await channel.send(cases()["fired"]) == Outcome("delivered")
            file.write_text(value.format(url=f"{sink.url}/other"))
            assert await channel.send(cases()["fired"]) == Outcome("delivered")
            file.unlink()
            outcome = await channel.send(cases()["fired"])
        finally:
            await channel.close()
    first, second = sink.deliveries
    assert (first.path, first.headers, first.body) != (second.path, second.headers, second.body)
    assert (outcome.kind, outcome.reason.split(":")[0]) == ("retry", "a secret cannot be read")


async def test_a_chat_leads_inside_only_where_it_is_allowed():
    with WebhookSink() as sink:
        port = sink.url.rpartition(":")[2]
        # a number that resolvers take for 127.0.0.1
        outcome = await send("slack", {"url": f"http://2130706433:{port}/x"})
        assert (outcome.kind, "private address" in outcome.reason) == ("retry", True)
        assert await send("slack", {"url": f"http://2130706433:{port}/x", "allow_private": True}) == Outcome(
            "delivered"
        )
        assert len(sink.deliveries) == 1
