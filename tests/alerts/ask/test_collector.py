from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

import httpx
import pytest

from spanwise_alerts.ask.collector import Collector
from spanwise_alerts.errors import AskError
from spanwise_alerts.rule import Rule
from spanwise_collector.app import App
from spanwise_collector.config import CollectorConfig, OtlpConfig
from spanwise_schema.measures import MEASURES
from tests.alerts.builders import a_rule
from tests.support.webhook import Reply, Server

RULE = Rule.model_validate(
    {"name": "r", "measure": "llm.duration", "stat": "p95", "by": ["model"], "tiers": {"warning": {"above": "8s"}}}
)


async def ask(reply: Reply) -> list[Any]:
    with Server(lambda _: reply) as server:
        source = Collector(server.url)
        try:
            return [(o.labels, o.value, o.count) for o in await source.ask(RULE, 1.0)]
        finally:
            await source.close()


async def test_series_without_a_value_and_labels_without_one_are_left_out():
    series = [
        {"labels": {"model": "a", "provider": ""}, "value": 1.5, "count": 3},
        {"labels": {"model": "b"}, "value": None, "count": 0},
    ]
    assert await ask(Reply(body=json.dumps({"series": series}).encode())) == [((("model", "a"),), 1.5, 3)]


@pytest.mark.parametrize(
    ("reply", "wanted"),
    [
        (Reply(503, body=b"starting"), "collector answered 503: starting"),
        (Reply(302, (("Location", "/elsewhere"),)), "collector answered 302"),
        (Reply(200, body=b"<html>"), "collector answered something else"),
        (Reply(200, body=b'{"series": [{"labels": {}}]}'), "collector answered something else"),
    ],
)
async def test_what_is_no_answer_is_an_error_and_never_no_data(reply: Reply, wanted: str):
    with pytest.raises(AskError, match=wanted):
        await ask(reply)


async def test_a_collector_that_is_not_there_is_an_error():
    source = Collector("http://127.0.0.1:1")
    with pytest.raises(AskError, match="collector did not answer: ConnectError"):
        await source.ask(RULE, 1.0)
    await source.close()


async def test_the_real_collector_takes_every_measure_stat_and_dimension_and_means_the_same_unit(tmp_path: Path):
    free = "127.0.0.1:0"
    config = CollectorConfig(otlp=OtlpConfig(http=free, grpc=free), http=free, data=tmp_path)
    async with App(config, time.time_ns) as app, httpx.AsyncClient() as client:
        source = Collector(f"http://{app.addresses['http']}")
        for measure in MEASURES.values():
            for stat in measure.stats:
                rule = a_rule(
                    measure=measure.name, stat=stat, by=measure.dimensions, where={"agent": "a:b c"}, window="1h30m",
                    tiers={"warning": {"above": 0}},
                )  # fmt: skip
                assert await source.ask(rule, time.time()) == []
                answer = (await client.get(source.link(rule))).json()
                assert (answer["unit"], answer["window_s"]) == (rule.unit, 5400.0)
        await source.close()
