from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from spanwise_alerts.command import main
from tests.alerts.adopt.test_reader import FILE, written

SCRIPT = Path(sys.executable).parent / "spanwise"
DEADLINE_S = 30.0


@contextmanager
def running(*arguments: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """Run the command as a process of its own; give it and its address."""
    command = [str(SCRIPT), "alerts", "run", "--http", "127.0.0.1:0", *arguments]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env={**os.environ, "PYTHONUNBUFFERED": "1"}
    ) as process:
        try:
            assert process.stdout is not None
            yield process, process.stdout.readline().split()[2].rstrip(",")
        finally:
            process.kill()


def test_it_runs_from_an_alertmanager_yml_reloads_it_and_stops_in_order(tmp_path: Path):
    path = written(tmp_path)
    beyond = ("--external-url", "https://alerts.example.com")
    with running("--config-file", str(path), "--data", str(tmp_path / "data"), *beyond) as (process, url):
        # a name that is not its own would be refused
        assert httpx.get(f"{url}/api/v2/receivers", headers={"Host": "alerts.example.com"}).status_code == 200
        assert [each["name"] for each in httpx.get(f"{url}/api/v2/receivers").json()] == ["nobody", "team"]
        assert httpx.get(f"{url}/-/ready").status_code == 200
        assert httpx.get(f"{url}/api/v1/rules").json() == []
        path.write_text(FILE.replace("- name: nobody", "- name: second\n  - name: nobody".replace("\n  ", "\n  ")))
        assert httpx.post(f"{url}/-/reload").status_code == 200
        names = [each["name"] for each in httpx.get(f"{url}/api/v2/receivers").json()]
        assert names == ["second", "nobody", "team"]
        path.write_text("route: {receiver: x}\nreceivers: []")
        answer = httpx.post(f"{url}/-/reload")
        assert answer.status_code == 500
        assert "route.receiver: got 'x'" in answer.json()
        path.write_text(FILE)
        process.send_signal(signal.SIGHUP)
        end_s = time.monotonic() + DEADLINE_S
        while [each["name"] for each in httpx.get(f"{url}/api/v2/receivers").json()] != ["nobody", "team"]:
            assert time.monotonic() < end_s
        process.send_signal(signal.SIGTERM)
        assert process.wait(DEADLINE_S) == 0


def test_it_runs_from_a_spanwise_yaml_and_says_whom_it_asks_in_vain(tmp_path: Path):
    path = tmp_path / "spanwise.yaml"
    path.write_text("alerts: {rules: [{name: slow, measure: llm.duration, stat: p95, tiers: {warning: {above: 8s}}}]}")
    arguments = ("--config", str(path), "--collector", "http://127.0.0.1:1", "--data", str(tmp_path / "data"))
    with running(*arguments) as (_, url):
        end_s = time.monotonic() + DEADLINE_S
        while httpx.get(f"{url}/-/ready").status_code != 200:
            assert time.monotonic() < end_s
        found = {rule["name"]: rule["state"] for rule in httpx.get(f"{url}/api/v1/rules").json()}
        assert found["slow"] == "failing"


@pytest.mark.parametrize(
    ("arguments", "wanted"),
    [
        (("--http", "x"), "--http: got 'x', expected HOST:PORT"),
        (("--config", "none.yaml"), "none.yaml: cannot be read"),
        (("--config-file", "none.yml"), "none.yml: cannot be read"),
    ],
)
def test_what_cannot_be_is_said(arguments: tuple[str, ...], wanted: str, capsys: pytest.CaptureFixture[str]):
    assert main(["run", *arguments]) == 1
    assert wanted in capsys.readouterr().err
