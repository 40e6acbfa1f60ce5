from __future__ import annotations

import asyncio
import getpass
import json
import time
from pathlib import Path
from typing import Any

import pytest

from spanwise_alerts.command import main
from tests.support.desk import Desk, desk


async def command(made: Desk, *arguments: str) -> int:
    """Run a command beside the server that it asks."""
    return await asyncio.to_thread(main, [*arguments, "--url", made.url])


async def fires(made: Desk, *names: str) -> dict[str, str]:
    """Let alerts fire; return their fingerprints."""
    await made.post(*({"labels": {"alertname": name, "model": "x"}} for name in names))
    return {alert["rule"]: alert["fingerprint"] for alert in await made.get("/api/v1/alerts")}


async def alert(made: Desk, name: str) -> dict[str, Any]:
    (found,) = await made.get("/api/v1/alerts", filter=f'alertname="{name}"')
    return found


async def test_alerts_are_named_by_fingerprints_labels_rule_or_group(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    async with desk(tmp_path, clock=time.time) as made:
        marks = await fires(made, "a", "b", "c")
        assert await command(made, "ack", marks["a"], marks["b"]) == 0
        assert capsys.readouterr().out == f"{marks['a']}: acknowledged\n{marks['b']}: acknowledged\n"
        assert await command(made, "ack", "--rule", "c", "model=x", "--author", "ada", "--json") == 0
        assert json.loads(capsys.readouterr().out) == {"fingerprints": [marks["c"]]}
        assert [(await alert(made, name))["acknowledged"]["by"] for name in "abc"] == [*[getpass.getuser()] * 2, "ada"]
        assert await command(made, "unack", "model=x", "--comment", "not me") == 0
        assert not any([(await alert(made, name))["acknowledged"] for name in "abc"])


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["ack"], "expected either fingerprints, labels or --rule, or else --group"),
        (["ack", "a=b", "--group", "x"], "expected either fingerprints, labels or --rule, or else --group"),
        (["ack", "00000000000000aa"], "no alert with fingerprint 00000000000000aa fires"),
        (["ack", "a=b"], "no alert that fires is meant"),
        (["snooze", "--rule", "x", "--for", "soon"], "for: got 'soon', expected a duration with its unit"),
    ],
)
async def test_what_cannot_be_done_is_said(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], said: str
):
    async with desk(tmp_path, clock=time.time) as made:
        assert await command(made, *arguments) == 1
    assert capsys.readouterr().err.startswith(said)


async def test_all_of_a_group_are_meant_by_its_key(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    route = {"receiver": "team", "group_by": ["model"], "group_wait": "0s"}
    receivers = [{"name": "team", "webhook": {"url": "https://hooks.example.com/"}}]
    async with desk(tmp_path, clock=time.time, route=route, receivers=receivers) as made:
        marks = await fires(made, "a", "b")
        assert await command(made, "snooze", "--group", '{}:{model="x"}', "--for", "1h") == 0
    assert sorted(capsys.readouterr().out.split("\n")[:2]) == sorted(f"{mark}: snoozed" for mark in marks.values())
