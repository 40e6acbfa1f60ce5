from __future__ import annotations

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from urllib.parse import urljoin

import httpx
import pytest
import yaml

from spanwise_alerts.alert import Held
from spanwise_alerts.memory import Memory
from spanwise_alerts.serve import serve
from spanwise_alerts.view.api import Shown, api
from spanwise_alerts.view.numbers import Numbers
from tests.alerts.builders import a_notice, a_rule, an_alert


async def counts() -> dict[tuple[str, str], int]:
    return {("team/webhook", "dead"): 1, ("team/email/a@b", "dead"): 2}


@asynccontextmanager
async def server(faults: tuple[str, ...] = ()) -> AsyncIterator[tuple[httpx.AsyncClient, Memory]]:
    memory = Memory([a_rule()])
    for place, model in enumerate(("b", "a")):
        labels = {"alertname": "llm-latency", "model": model}
        notice = a_notice(labels=labels, fingerprint=f"f{place}")
        memory.keep("llm-latency", (("model", model),), Held(f"f{place}", an_alert(), notice))
    memory.keep("llm-latency", (("model", "c"),), Held("pending", an_alert(tier=None), None))
    shown = Shown(memory, Numbers(memory), ("team", "other"), "team", counts, lambda: list(faults), 0.0)
    async with serve(api(shown), "127.0.0.1:0") as found, httpx.AsyncClient(base_url=f"http://{found}") as client:
        yield client, memory


async def test_alerts_have_exactly_alertmanagers_shape():
    async with server() as (client, _):
        response = await client.get("/api/v2/alerts")
    assert response.json()[0] == {
        "labels": {"alertname": "llm-latency", "model": "b"},
        "annotations": {
            "summary": "gpt-4o is slow", "runbook_url": "https://example.com/r", "tier": "warning", "value": "9.5 s",
            "threshold": "8 s",
        },
        "startsAt": "1970-01-01T00:16:40.500Z", "endsAt": "1970-01-01T00:20:41.000Z",
        "updatedAt": "1970-01-01T00:16:41.000Z", "fingerprint": "f0",
        "generatorURL": "http://c/api/v1/measure?measure=llm.duration", "receivers": [{"name": "team"}],
        "status": {"state": "active", "silencedBy": [], "inhibitedBy": [], "mutedBy": []},
    }  # fmt: skip
    assert [alert["fingerprint"] for alert in response.json()] == ["f0", "f1"]


@pytest.mark.parametrize(
    ("query", "models"),
    [
        ({"filter": 'model="a"'}, ["a"]), ({"filter": ['model=~"a|b"', 'model!="a"']}, ["b"]),
        ({"receiver": "te.m"}, ["b", "a"]),
        ({"receiver": "tea"}, []), ({"active": "false"}, []), ({"active": "true", "silenced": "false"}, ["b", "a"]),
    ],
)  # fmt: skip
async def test_alerts_are_filtered(query: dict[str, Any], models: list[str]):
    async with server() as (client, _):
        found = (await client.get("/api/v2/alerts", params=query)).json()
    assert [alert["labels"]["model"] for alert in found] == models


@pytest.mark.parametrize(
    ("query", "wanted"),
    [
        ({"filter": "model"}, "bad matcher format: model"), ({"receiver": "("}, "missing ), unterminated"),
        ({"active": "perhaps"}, "active: got 'perhaps'"),
    ],
)  # fmt: skip
async def test_a_faulty_request_is_answered_by_a_bare_json_string(query: dict[str, str], wanted: str):
    async with server() as (client, _):
        response = await client.get("/api/v2/alerts", params=query)
    assert response.status_code == 400
    assert response.json().startswith(wanted)


async def test_status_has_what_amtool_needs_and_says_how_rules_are_watched():
    async with server(("loop: gone",)) as (client, memory):
        memory.failed("llm-latency", 5.0, "collector did not answer")
        status = (await client.get("/api/v2/status")).json()
        healthy = await client.get("/-/healthy")
    assert status["cluster"] == {"status": "disabled", "peers": []}
    assert status["versionInfo"]["version"] == "0.25.0"
    assert yaml.safe_load(status["config"]["original"]) == {
        "route": {"receiver": "team"}, "receivers": [{"name": "team"}, {"name": "other"}],
    }  # fmt: skip
    assert status["spanwise"] == {
        "faults": ["loop: gone"], "letters": {"pending": 0, "delivered": 0, "dead": 3},
        "rules": [{
            "name": "llm-latency", "state": "failing", "fault": "collector did not answer", "answered_at": None,
            "failing_since": "1970-01-01T00:00:05.000Z",
        }],
    }  # fmt: skip
    assert (healthy.status_code, healthy.text) == (503, "loop: gone")


async def test_it_is_ready_once_every_rule_was_tried():
    async with server() as (client, memory):
        assert (await client.get("/-/ready")).status_code == 503
        memory.answered("llm-latency", 1.0)
        assert (await client.get("/-/ready")).status_code == 200
        assert (await client.get("/api/v2/receivers")).json() == [{"name": "team"}, {"name": "other"}]
        assert (await client.get("/metrics")).headers["Content-Type"].startswith("text/plain; version=0.0.4")


async def test_the_docs_need_nothing_from_elsewhere():
    async with server() as (client, _):
        assert (await client.get("/")).headers["location"] == "/docs"
        page = (await client.get("/docs")).text
        assert "://" not in page
        links = re.findall(r"""(?:src|href)="([^"]+)"|url: '([^']+)'""", page)
        assert len(links) == 4
        for link in map("".join, links):
            assert (await client.get(urljoin("/docs", link))).status_code == 200
