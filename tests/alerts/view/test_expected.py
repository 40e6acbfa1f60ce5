from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any, Self

import httpx
import pytest

from spanwise_alerts.app import App
from spanwise_alerts.config import load
from tests.support.course import Course, FastClock
from tests.support.webhook import Server, WebhookSink

BEGIN_S = 1_780_272_000.0
RULE = {
    "name": "odd-latency", "kind": "anomaly", "measure": "llm.duration", "stat": "p95", "by": ["model"], "every": "10s",
    "history": "1h", "keep_firing_for": "30s", "labels": {"team": "ai"},
}  # fmt: skip


async def until(condition: Callable[[], Awaitable[Any]], deadline_s: float = 60.0) -> None:
    end_s = time.monotonic() + deadline_s
    while not await condition():
        assert time.monotonic() < end_s, "it did not happen in time"
        await asyncio.sleep(0.02)


def an_app(folder: Path, course: Server, hook: WebhookSink, clock: Callable[[], float]) -> App:
    section = {
        "http": "127.0.0.1:0", "interval": "50ms", "rules": [RULE], "default_rules": False, "start_delay": "0s",
        "storm": {"messages": 0}, "flap": {"changes": 0},
        "receivers": [{"name": "team", "webhook": {"allow_private": True, "url": hook.url}}],
    }  # fmt: skip
    return App(load(section, "spanwise.yaml", folder), collector_url=course.url, data=folder, now=clock)


class Client:
    def __init__(self, app: App) -> None:
        self.client = httpx.AsyncClient(base_url=f"http://{app.addresses['http']}")

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.client.aclose()

    async def bands(self, **params: Any) -> dict[str, list[dict[str, Any]]]:
        answer = (await self.client.get("/api/v1/expected", params={"rule": "odd-latency", **params})).json()
        return {series["labels"]["model"]: series["points"] for series in answer["series"]}

    async def fires(self) -> list[dict[str, Any]]:
        return (await self.client.get("/api/v2/alerts")).json()


async def test_an_anomaly_is_told_with_what_was_expected_drawn_judged_by_people_and_survives_a_restart(tmp_path: Path):
    course, clock = Course(), FastClock(BEGIN_S, 40.0, time.monotonic)
    with Server(course) as collector, WebhookSink() as hook:
        async with an_app(tmp_path, collector, hook, clock) as app, Client(app) as client:
            # it learns from the past, then follows
            await until(client.bands)
            assert course.stretches[0][0] >= BEGIN_S - 3600.0
            assert hook.bodies == []
            course.trouble_s = clock() // 10 * 10 + 10
            await until(lambda: _later(lambda: bool(hook.bodies)))
            (alert,) = hook.bodies[0]["alerts"]
            assert alert["labels"]["model"] == "odd"
            assert "expected" in alert["summary"]
            assert alert["expected"]["upper"] < alert["value"]
            assert alert["expected"]["lower"] < alert["expected"]["value"] < alert["expected"]["upper"]
            assert alert["expected"]["probability"] < 1e-3
            points = (await client.bands(filter='model="odd"'))["odd"]
            struck = [point for point in points if point["at"] >= course.trouble_s]
            assert struck[0]["value"] > struck[0]["upper"] > struck[0]["expected"] > struck[0]["lower"]
            assert struck[0]["score"] > 1.0
            numbers = (await client.client.get("/metrics")).text
            assert 'spanwise_alerts_expected{environment="",error_type="",gen_ai_agent_name=""' in numbers
            answer = await client.client.post(
                "/api/v1/feedback", json={"fingerprint": alert["fingerprint"], "verdict": "noise", "author": "ann"}
            )
            assert answer.json()["threshold_factor"] == pytest.approx(1.1618, abs=1e-3)
            (told,) = (await client.client.get("/api/v1/history", params={"what": "feedback"})).json()
            assert (told["detail"]["verdict"], told["detail"]["author"]) == ("noise", "ann")
            drawn = len((await client.bands())["steady"])
        # stopped while it fires: what is known and what was drawn is there again, and nothing is told twice
        async with an_app(tmp_path, collector, hook, clock) as app, Client(app) as client:
            assert [alert["labels"]["model"] for alert in await client.fires()] == ["odd"]
            assert len((await client.bands())["steady"]) >= drawn
            await until(lambda: _drawn_beyond(client, drawn))
            assert len({body["alerts"][0]["fingerprint"] for body in hook.bodies}) == 1
            assert [body["status"] for body in hook.bodies] == ["firing"]
            course.calm_s = clock()
            await until(lambda: _later(lambda: hook.bodies[-1]["status"] == "resolved"))
    assert len(hook.bodies) == 2


async def _later(condition: Callable[[], bool]) -> bool:
    return condition()


async def _drawn_beyond(client: Client, count: int) -> bool:
    return len((await client.bands()).get("steady", ())) > count


@pytest.mark.parametrize(
    ("path", "params", "status", "message"),
    [
        ("/api/v1/expected", {"rule": "odd-latencies"}, 404, "rule: got 'odd-latencies', expected one of odd-latency"),
        ("/api/v1/expected", {"rule": "odd-latency", "since": "long"}, 400, "since: got 'long', expected a duration"),
        ("/api/v1/expected", {"rule": "odd-latency", "step": "x"}, 400, "step: got 'x', expected a duration"),
        ("/api/v1/expected", {"rule": "odd-latency", "filter": "{"}, 400, ""),
        ("/api/v1/expected", {}, 400, "rule"),
        ("/api/v1/feedback", {"fingerprint": "00000000000000aa", "verdict": "noise"}, 404, "expected that of an alert"),
        ("/api/v1/feedback", {"fingerprint": "00000000000000aa", "verdict": "nice"}, 400, "noise or useful"),
    ],
)
async def test_a_wrong_question_is_answered_with_what_was_expected(
    tmp_path: Path, path: str, params: dict[str, str], status: int, message: str
):
    with Server(Course()) as collector, WebhookSink() as hook:
        async with an_app(tmp_path, collector, hook, lambda: BEGIN_S) as app, Client(app) as client:
            asked = {"json": params} if path.endswith("feedback") else {"params": params}
            answer = await client.client.request("POST" if "json" in asked else "GET", path, **asked)
    assert answer.status_code == status
    assert message in answer.json()
