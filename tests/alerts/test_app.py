from __future__ import annotations

import asyncio
import json
import random
import signal
import socket
import sqlite3
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from spanwise_alerts.app import DATABASE, App
from spanwise_alerts.config import AlertsConfig, load
from spanwise_alerts.events import AlertChanged, DeliveryAttempted, Event, Notified
from tests.alerts.run_app import SECTION
from tests.support.smtp import MailSink
from tests.support.webhook import Delivery, Reply, Server, WebhookSink

OTHER = {"name": "other", "nobody": True}


class Values:
    """What the collector's stand-in answers."""

    def __init__(self, **by_model: float) -> None:
        self.by_model = by_model
        self.status = 200

    def __call__(self, request: Delivery) -> Reply:
        models = dict(self.by_model)
        told = {
            "tables": [{"by": ["model"], "rows": [[model] for model in models]}],
            "sets": [{"table": 0, "counts": [50 for _ in models]}],
            "answers": [{"set": 0, "values": list(models.values())} for _ in request.body["queries"]],
        }
        return Reply(self.status, body=json.dumps(told).encode())


def config(folder: Path, *receivers: dict[str, Any], **more: Any) -> AlertsConfig:
    section = {**SECTION, "receivers": list(receivers), **more}
    return load(section, "spanwise.yaml", folder)


async def until(condition: Callable[[], Awaitable[bool] | bool], deadline_s: float = 20.0) -> None:
    end_s = time.monotonic() + deadline_s
    while True:
        met = condition()
        if met if isinstance(met, bool) else await met:
            return
        assert time.monotonic() < end_s, "it did not happen in time"
        await asyncio.sleep(0.02)


async def test_an_alert_reaches_webhook_and_mail_and_the_api_in_alertmanagers_shape(tmp_path: Path):
    values, events = Values(slow=9.0), list[Event]()
    with Server(values) as collector, WebhookSink() as hook, MailSink() as mail:
        email = {"to": ["a@example.com", "b@example.com"], "from": "s@example.com", "host": "127.0.0.1", "tls": "none"}
        way = {"allow_private": True, "url": hook.url}
        team = {"name": "team", "webhook": way, "email": {**email, "port": mail.port}}
        app = App(
            config(tmp_path, team), collector_url=collector.url, data=tmp_path, now=time.time, on_event=events.append
        )
        async with app, httpx.AsyncClient(base_url=f"http://{app.addresses['http']}") as client:
            await until(lambda: len(hook.bodies) == 1 and len(mail.mails) == 2)
            (alert,) = (await client.get("/api/v2/alerts")).json()
            assert alert["labels"] == {"alertname": "llm-latency", "model": "slow", "severity": "warning"}
            assert alert["status"] == {"state": "active", "silencedBy": [], "inhibitedBy": [], "mutedBy": []}
            assert alert["receivers"] == [{"name": "team"}]
            assert alert["fingerprint"] == hook.bodies[0]["alerts"][0]["fingerprint"]
            assert alert["annotations"]["tier"] == "warning"
            values.by_model = {"slow": 1.0}
            await until(lambda: len(hook.bodies) == 2 and len(mail.mails) == 4)
            assert (await client.get("/api/v2/alerts")).json() == []
            numbers = (await client.get("/metrics")).text
            assert 'spanwise_alerts_changes_total{kind="fired",rule="llm-latency"} 1.0' in numbers
            assert 'spanwise_alerts_delivery_attempts_total{channel="team/webhook",outcome="delivered"} 2.0' in numbers
    assert [body["status"] for body in hook.bodies] == ["firing", "resolved"]
    assert Counter(mail.recipients[0] for mail in mail.mails) == {"a@example.com": 2, "b@example.com": 2}
    assert [event.kind for event in events if isinstance(event, AlertChanged)] == ["fired", "resolved"]
    assert sum(isinstance(event, DeliveryAttempted) for event in events) == 6
    assert [event.message.reason for event in events if isinstance(event, Notified)] == ["first", "resolved"]


async def test_a_silent_collector_is_visible_and_said_once(tmp_path: Path, caplog: pytest.LogCaptureFixture):
    values = Values(slow=9.0)
    values.status = 503
    with Server(values) as collector:
        async with (
            App(config(tmp_path), collector_url=collector.url, data=tmp_path, now=time.time) as app,
            httpx.AsyncClient(base_url=f"http://{app.addresses['http']}") as client,
        ):

            async def state(wanted: str) -> bool:
                (rule,) = (await client.get("/api/v2/status")).json()["spanwise"]["rules"]
                return rule["state"] == wanted

            await until(lambda: state("failing"))
            await until(lambda: ready(client))
            assert "spanwise_alerts_rules_failing 1.0" in (await client.get("/metrics")).text
            values.status = 200
            await until(lambda: state("ok"))
            assert (await client.get("/-/healthy")).text == "OK"
    said = [record.getMessage() for record in caplog.records if record.name == "spanwise_alerts.loop"]
    assert [text.split(",")[0] for text in said] == [
        "1 rules cannot be evaluated",
        "1 rules are evaluated again: llm-latency",
    ]


async def ready(client: httpx.AsyncClient) -> bool:
    return (await client.get("/-/ready")).status_code == 200


async def test_what_is_repeated_is_told_with_its_newest_value(tmp_path: Path):
    values = Values(slow=9.0)
    with Server(values) as collector, WebhookSink() as hook:
        team = {"name": "team", "webhook": {"allow_private": True, "url": hook.url}}
        repeated = config(tmp_path, team, route={"repeat_interval": "1s"})
        async with App(repeated, collector_url=collector.url, data=tmp_path, now=time.time):
            await until(lambda: bool(hook.bodies))
            values.by_model = {"slow": 11.0}
            await until(lambda: hook.bodies[-1]["alerts"][0]["value"] == 11.0)
            assert {body["reason"] for body in hook.bodies[1:]} == {"repeat"}


async def test_without_receivers_alerts_are_recorded_only(tmp_path: Path):
    with Server(Values(slow=9.0)) as collector:
        async with (
            App(config(tmp_path), collector_url=collector.url, data=tmp_path, now=time.time) as app,
            httpx.AsyncClient(base_url=f"http://{app.addresses['http']}") as client,
        ):
            await until(lambda: fires(client))
            assert (await client.get("/api/v2/receivers")).json() == []


async def fires(client: httpx.AsyncClient) -> bool:
    return bool((await client.get("/api/v2/alerts")).json())


async def test_one_receiver_that_hangs_does_not_delay_another(tmp_path: Path):
    release = threading.Event()
    with Server(Values(slow=9.0)) as collector, WebhookSink(Reply(hold=release)) as hook, MailSink() as mail:
        email = {
            "to": ["a@example.com"],
            "from": "s@example.com",
            "host": "127.0.0.1",
            "tls": "none",
            "port": mail.port,
        }
        team = {"name": "team", "webhook": {"allow_private": True, "url": hook.url}, "email": email}
        async with App(config(tmp_path, team), collector_url=collector.url, data=tmp_path, now=time.time):
            # the webhook has the request and does not answer
            await until(lambda: len(mail.mails) == 1 and len(hook.bodies) == 1)
            release.set()


async def test_a_reload_that_is_not_recorded_leaves_all_as_it_was(tmp_path: Path):
    configs = [config(tmp_path), config(tmp_path, OTHER, rules=[])]
    with Server(Values(slow=9.0)) as collector:
        app = App(
            configs[0], collector_url=collector.url, data=tmp_path, now=time.time, reread=lambda: configs[1]
        )  # fmt: skip
        async with app, httpx.AsyncClient(base_url=f"http://{app.addresses['http']}") as client:
            await until(lambda: fires(client))
            with closing(sqlite3.connect(tmp_path / DATABASE)) as other:
                other.execute(
                    "CREATE TRIGGER full BEFORE INSERT ON audit BEGIN SELECT RAISE(ABORT, 'disk is full'); END"
                )
                answer = await client.post("/-/reload")
                assert (answer.status_code, "disk is full" in answer.text) == (503, True)
                (alert,) = (await client.get("/api/v2/alerts")).json()
                assert alert["receivers"] == []
                assert len((await client.get("/api/v2/status")).json()["spanwise"]["rules"]) == 1
                other.execute("DROP TRIGGER full")
            assert (await client.post("/-/reload")).status_code == 200
            assert (await client.get("/api/v2/alerts")).json() == []
            assert (await client.get("/api/v2/receivers")).json() == [{"name": "other"}]


async def test_letters_of_a_receiver_that_is_gone_become_dead(tmp_path: Path):
    with Server(Values(slow=9.0)) as collector, WebhookSink(*[Reply(503)] * 1000) as hook:
        team = {"name": "team", "webhook": {"allow_private": True, "url": hook.url}}
        async with App(config(tmp_path, team), collector_url=collector.url, data=tmp_path, now=time.time):
            await until(lambda: len(hook.bodies) >= 1)
        async with (
            App(config(tmp_path), collector_url=collector.url, data=tmp_path, now=time.time) as app,
            httpx.AsyncClient(base_url=f"http://{app.addresses['http']}") as client,
        ):
            letters = (await client.get("/api/v2/status")).json()["spanwise"]["letters"]
            assert letters == {"pending": 0, "delivered": 0, "dead": 1}


async def test_an_address_in_use_is_a_clear_error_and_leaves_nothing_open(tmp_path: Path):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        address = f"127.0.0.1:{taken.getsockname()[1]}"
        app = App(config(tmp_path, http=address), collector_url="http://127.0.0.1:1", data=tmp_path, now=time.time)
        with pytest.raises(OSError, match=f"{address} cannot be listened on"):
            await app.__aenter__()
    assert not [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]


@contextmanager
def process(data: Path, collector_url: str, hook_url: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    command = [sys.executable, "-m", "tests.alerts.run_app", str(data), collector_url, hook_url]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as running:
        try:
            assert running.stdout is not None
            address = running.stdout.readline().strip()
            assert address, "it did not start"
            yield running, address
        finally:
            running.send_signal(signal.SIGKILL)


def test_kill_during_delivery_loses_nothing_and_doubles_nothing(tmp_path: Path):
    values, release = Values(a=9.0, b=10.0), threading.Event()
    with Server(values) as collector, WebhookSink(Reply(hold=release), Reply(hold=release)) as hook:
        with process(tmp_path, collector.url, hook.url):
            hook.wait_for(2)  # both letters arrived, neither is acknowledged
        release.set()
        values.by_model = {"a": 1.0, "b": 10.0}  # one resolves while nobody looks
        with process(tmp_path, collector.url, hook.url):
            hook.wait_until(lambda: len(told(hook)) == 3)
        values.by_model = {}
        with process(tmp_path, collector.url, hook.url):
            hook.wait_until(lambda: len(told(hook)) == 4)
    assert sorted(told(hook).values()) == ["a firing", "a resolved", "b firing", "b resolved"]
    assert all(d.headers["Idempotency-Key"] == d.body["delivery"] for d in hook.deliveries)


def test_kill_at_random_moments_loses_nothing_and_doubles_nothing(tmp_path: Path):
    chance = random.Random(4711)
    values = Values(a=9.0)
    with Server(values) as collector, WebhookSink() as hook:
        for _ in range(4):
            with process(tmp_path, collector.url, hook.url) as (running, _):
                end_s = time.monotonic() + chance.uniform(0.0, 0.4)
                while time.monotonic() < end_s and running.poll() is None:
                    values.by_model = {"a": chance.choice((1.0, 9.0))}
                    threading.Event().wait(0.03)
        values.by_model = {"a": 1.0}
        with process(tmp_path, collector.url, hook.url):
            hook.wait_until(lambda: not recorded(tmp_path, "SELECT 1 FROM alerts"))
            hook.wait_until(lambda: not recorded(tmp_path, "SELECT 1 FROM outbox WHERE status != 'delivered'"))
    happened = recorded(tmp_path, "SELECT what FROM audit WHERE what IN ('fired', 'resolved') ORDER BY id")
    assert happened == ["fired", "resolved"] * (len(happened) // 2)
    assert [text.replace("firing", "fired") for text in told(hook).values()] == [f"a {what}" for what in happened]


def told(hook: WebhookSink) -> dict[str, str]:
    """What was told, each letter once."""
    said = {body["delivery"]: (alert, body["status"]) for body in hook.bodies for alert in body["alerts"]}
    return {key: f"{alert['labels']['model']} {status}" for key, (alert, status) in said.items()}


def recorded(data: Path, query: str) -> list[Any]:
    with closing(sqlite3.connect(data / DATABASE)) as database:
        return [row[0] for row in database.execute(query)]
