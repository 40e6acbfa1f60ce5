"""Runs that run away, over real sockets from the span to the webhook, and to the agent that is stopped."""

from __future__ import annotations

import asyncio
import contextlib
import os
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from spanwise_alerts.app import App
from spanwise_alerts.config import load
from tests.alerts.run_app import SECTION
from tests.support import provider as provider_server
from tests.support.collector import Talk, collecting
from tests.support.otlp import request, span
from tests.support.runaways import HEALTHY, LOOPS, failing, otlp, stuck
from tests.support.webhook import WebhookSink

RULE = {"name": "loops", "kind": "runaway", "tiers": {"warning": {}, "critical": {"burnt": "$5"}}}
SECRET = "whsec_c3BhbndpY2UgZXhhbXBsZSBzZWNyZXQgMDEyMw=="
AGENT = Path(__file__).parent / "runaway_agent.py"
DEADLINE_S = 60.0


@contextlib.asynccontextmanager
async def alerting(talk: Talk, folder: Path, hook: str, *rules: dict[str, Any]):
    """Run an alert manager on a collector while the context lasts."""
    team = {"name": "team", "webhook": {"allow_private": True, "url": hook}}
    route = {"receiver": "team", "group_by": ["alertname", "run"], "group_wait": "0s", "group_interval": "100ms"}
    section = {**SECTION, "rules": list(rules or (RULE,)), "receivers": [team], "route": route}
    config = load(section, "spanwise.yaml", folder)
    async with App(config, collector_url=talk.http, data=folder, now=time.time) as app:
        yield app


async def arrived(sink: WebhookSink, count: int) -> list[dict[str, Any]]:
    """Wait for so many messages; give the alerts in them."""
    end_s = time.monotonic() + DEADLINE_S
    while len(sink.bodies) < count:
        assert time.monotonic() < end_s, sink.bodies
        await asyncio.sleep(0.02)
    return [alert for body in sink.bodies for alert in body["alerts"]]


def tenth(run: list[Any], part: int) -> list[Any]:
    """Give a tenth of a run."""
    return run[part * len(run) // 10 : (part + 1) * len(run) // 10]


async def send(talk: Talk, spans: list[Any]) -> None:
    answer = await talk.send(request(spans).SerializeToString())
    assert answer.status_code == 200, answer.text


@pytest.mark.parametrize("name", [*LOOPS, "failing"])
async def test_a_loop_is_told_with_its_cycle_and_its_bill_while_it_spins(tmp_path: Path, name: str):
    trace_id = b"\x07" * 16
    steps = failing(8) if name == "failing" else LOOPS[name](5)
    with WebhookSink() as sink:
        async with collecting(tmp_path / "c") as talk, alerting(talk, tmp_path, sink.url):
            spans = otlp(steps, trace_id, time.time_ns())
            for place in range(0, len(spans), 2):
                await send(talk, spans[place : place + 2])
            (alert,) = await arrived(sink, 1)
            assert alert["labels"] == {
                "alertname": "loops", "agent": "researcher", "service": "research-api", "run": trace_id.hex(),
            }  # fmt: skip
            tools = {step.tool for step in steps if step.tool}
            assert all(tool in alert["summary"] for tool in tools)
            assert ("8 times" if name == "failing" else "5 times") in alert["summary"]
            assert " burnt, $" in alert["summary"]
            assert alert["value"] > 0
            root = span("invoke_agent", {"gen_ai.operation.name": "invoke_agent"}, trace_id=trace_id,
                        span_id=spans[0].parent_span_id, start_ns=spans[0].start_time_unix_nano)  # fmt: skip
            left = otlp([*steps, *stuck(1), *HEALTHY["paging"][:2]], trace_id, time.time_ns(), first=10_000)[-2:]
            await send(talk, [*left, root])
            *_, last = await arrived(sink, 2)
            assert last["status"] == "resolved"


async def test_healthy_runs_wake_nobody(tmp_path: Path):
    now_ns = time.time_ns()
    runs = [otlp(steps, bytes([number]) * 16, now_ns) for number, steps in enumerate(HEALTHY.values(), 1)]
    loop = otlp(stuck(5), b"\xff" * 16, now_ns)
    with WebhookSink() as sink:
        async with collecting(tmp_path / "c") as talk, alerting(talk, tmp_path, sink.url):
            for part in range(10):
                await send(
                    talk, [each for run in runs for each in run[part * len(run) // 10 : (part + 1) * len(run) // 10]]
                )
                assert (await talk.get("/api/v1/runaways")).json() == {"runaways": []}
            # whoever would be told wrongly has been told before this one
            await send(talk, loop)
            alerts = await arrived(sink, 1)
    assert [alert["labels"]["run"] for alert in alerts] == ["ff" * 16]


async def test_an_agent_of_ours_that_loops_is_found_without_its_content_and_stops_at_its_next_call(tmp_path: Path):
    secret = tmp_path / "secret"
    secret.write_text(SECRET)
    kept = {"stops": {"secret_file": secret}}
    with WebhookSink() as sink, provider_server.serve() as provider:
        async with collecting(tmp_path / "c", **kept) as talk:
            stop = {"url": f"{talk.http}/api/v1/stops", "allow_private": True, "secret_file": str(secret)}
            rule = {**RULE, "tiers": {"warning": {}}, "stop": stop}
            async with alerting(talk, tmp_path, sink.url, rule):
                environment = {
                    **os.environ, "OTEL_SERVICE_NAME": "shop", "SPANWISE_STOP_URL": talk.http,
                    "OTEL_EXPORTER_OTLP_ENDPOINT": talk.otlp.removesuffix("/v1/traces"),
                    "OTEL_BSP_SCHEDULE_DELAY": "100",
                }  # fmt: skip
                agent = await asyncio.create_subprocess_exec(
                    sys.executable, str(AGENT), provider.base_url, env=environment, stdout=asyncio.subprocess.PIPE
                )
                (alert,) = await arrived(sink, 1)
                told, _ = await asyncio.wait_for(agent.communicate(), DEADLINE_S)
                stops = (await talk.get("/api/v1/stops", service="shop")).json()["stops"]
                (run,) = (await talk.get("/api/v1/runs", agent="looper")).json()["runs"]
    assert agent.returncode == 0
    assert [stop["trace_id"] for stop in stops] == [alert["labels"]["run"]]
    assert "called look_up" in alert["summary"]
    assert f"stopped: {stops[0]['reason']}" in told.decode()
    assert len(provider.requests) < 1_000
    assert run["trace_id"] == alert["labels"]["run"]
    assert "/weather/" not in str(alert)
