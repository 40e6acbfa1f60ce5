"""Two alert managers on one PostgreSQL: one works, the other takes over; nothing is lost or doubled."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

import httpx
import pytest

from tests.alerts.test_app import Values
from tests.support.postgres import Postgres, postgres
from tests.support.webhook import Server, WebhookSink

TAKE_OVER_S = 10.0
DEADLINE_S = 60.0


@pytest.fixture(scope="module")
def server() -> Iterator[Postgres]:
    with postgres() as found:
        yield found


class Replica:
    """An alert manager in a process of its own."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        assert process.stdout is not None
        self.process = process
        self.url = f"http://{process.stdout.readline().strip()}"

    def ready(self) -> bool:
        return httpx.get(f"{self.url}/-/ready", trust_env=False).status_code == 200

    def kill(self) -> None:
        self.process.send_signal(signal.SIGKILL)
        self.process.wait(30)


@contextmanager
def replica(folder, collector: str, hook: str, database: str) -> Iterator[Replica]:
    command = [sys.executable, "-m", "tests.alerts.run_app", str(folder), collector, hook, database]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            yield Replica(process)
        finally:
            process.kill()


def until(condition, deadline_s=DEADLINE_S):
    """Wait for a condition; how long it took."""
    begun_s = time.monotonic()
    while not condition():
        assert time.monotonic() < begun_s + deadline_s, "it did not happen in time"
        time.sleep(0.05)
    return time.monotonic() - begun_s


def test_the_other_replica_takes_over_and_nobody_is_told_twice(tmp_path, server):
    database = server.database("replicas")
    values = Values(slow=9.0)
    with (
        Server(values) as collector,
        WebhookSink() as hook,
        replica(tmp_path / "a", collector.url, hook.url, database) as first,
    ):
        until(first.ready)
        until(lambda: len(hook.bodies) == 1)
        with replica(tmp_path / "b", collector.url, hook.url, database) as second:
            assert not second.ready()
            assert httpx.post(f"{second.url}/api/v2/alerts", json=[], trust_env=False).status_code == 503
            first.kill()
            assert until(second.ready) <= TAKE_OVER_S
            alerts = httpx.get(f"{second.url}/api/v2/alerts", trust_env=False).json()
            assert [alert["labels"]["alertname"] for alert in alerts] == ["llm-latency"]
            values.by_model = {"slow": 1.0}
            until(lambda: len(hook.bodies) == 2)
    assert [body["status"] for body in hook.bodies] == ["firing", "resolved"]


def test_a_replica_whose_connection_breaks_steps_down_and_comes_back(tmp_path, server):
    database = server.database("broken")
    with (
        Server(Values(slow=9.0)) as collector,
        WebhookSink() as hook,
        replica(tmp_path / "a", collector.url, hook.url, database) as only,
    ):
        until(only.ready)
        until(lambda: len(hook.bodies) == 1)
        server.ask("broken", "SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory'")
        until(lambda: "spanwise-alerts" in server.ask("broken", _LEADS))
        until(only.ready)
        assert len(httpx.get(f"{only.url}/api/v2/alerts", trust_env=False).json()) == 1
        assert len(hook.bodies) == 1


_LEADS = "SELECT application_name FROM pg_stat_activity JOIN pg_locks USING (pid) WHERE locktype = 'advisory'"
