"""Debian's amtool works against our alert manager in every sub-command that talks to a server."""

from __future__ import annotations

import json
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.support.amtool import Ran, amtool
from tests.support.desk import Desk, desk

SECTION: dict[str, Any] = {
    "receivers": [
        {"name": "team", "webhook": {"allow_private": True, "url": "http://127.0.0.1:1/"}},
        {"name": "pager", "email": {"to": ["a@example.com"], "from": "s@example.com", "host": "h", "username": "u",
                                    "password": "hidden"}},
    ],
    "route": {
        "receiver": "team", "group_by": ["alertname"], "group_wait": "0s",
        "routes": [{"receiver": "pager", "matchers": ['severity="critical"'], "mute_time_intervals": ["nights"]}],
    },
    "time_intervals": [{"name": "nights", "time_intervals": [
        {"times": [{"start_time": "22:00", "end_time": "24:00"}], "weekdays": ["monday:friday"], "years": [1970],
         "days_of_month": ["-3:-1"], "months": ["may"], "location": "Europe/Berlin"},
    ]}],
    "inhibit_rules": [{"source_matchers": ['a="b"'], "target_matchers": ['a=~"c|d"'], "equal": ["e"]}],
}  # fmt: skip


@pytest.fixture
async def made(tmp_path: Path) -> AsyncIterator[Desk]:
    async with desk(tmp_path, clock=time.time, **SECTION) as served:
        yield served


async def good(made: Desk, *arguments: str) -> str:
    ran = await amtool(made.url, *arguments)
    assert (ran.status, ran.complained) == (0, ""), ran
    return ran.said


async def test_alerts_are_added_and_queried_in_every_form(made: Desk):
    added = ("node=bar", "severity=critical", "--annotation=summary=it burns", "--generator-url=http://p/g")
    assert await good(made, "alert", "add", "foo", *added) == ""
    await good(made, "alert", "add", "alertname=other", "--start=2026-01-01T00:00:00Z")
    assert "it burns" in await good(made, "alert", "query", "foo")
    assert await good(made, "alert", "query", "-o", "simple") == await good(made, "alert")
    assert "http://p/g" in await good(made, "alert", "query", "-o", "extended", "severity=critical")
    (found,) = json.loads(await good(made, "alert", "query", "-o", "json", 'node=~"b.*"', "severity!=info"))
    assert found["labels"] == {"alertname": "foo", "node": "bar", "severity": "critical"}
    assert found["receivers"] == [{"name": "pager"}]
    assert json.loads(await good(made, "alert", "query", "-o", "json", "--receiver=team")) != []
    assert json.loads(await good(made, "alert", "query", "-o", "json", "--inhibited")) == []


async def test_a_silence_is_made_shown_updated_ended_and_imported(made: Desk, tmp_path: Path):
    await good(made, "alert", "add", "foo")
    key = (await good(made, "silence", "add", "alertname=foo", "-c", "why", "-a", "me", "-d", "1h")).strip()
    assert json.loads(await good(made, "alert", "query", "-o", "json", "foo")) == []
    (hidden,) = json.loads(await good(made, "alert", "query", "-o", "json", "--silenced", "foo"))
    assert hidden["status"]["silencedBy"] == [key]
    assert "why" in await good(made, "silence", "query")
    assert 'alertname="foo"' in await good(made, "silence", "query", "-o", "extended", "alertname=foo")
    assert key in await good(made, "silence", "update", "-d", "2h", "-c", "longer", key)
    shown = await good(made, "silence", "query", "-o", "json")
    (silence,) = json.loads(shown)
    assert (silence["id"], silence["comment"], silence["createdBy"]) == (key, "longer", "me")
    await good(made, "silence", "expire", key)
    assert await good(made, "silence", "query", "-q") == ""
    assert (await good(made, "silence", "query", "-q", "--expired")).strip() == key
    exported = tmp_path / "silences.json"
    exported.write_text(shown)
    await good(made, "silence", "import", str(exported))
    (again,) = json.loads(await good(made, "silence", "query", "-o", "json"))
    assert (again["comment"], again["matchers"]) == (silence["comment"], silence["matchers"])


async def test_the_configuration_and_the_cluster_are_shown(made: Desk, tmp_path: Path):
    shown = await good(made, "config", "show")
    assert "hidden" not in shown
    assert "127.0.0.1:1" not in shown
    assert yaml.safe_load(shown)["receivers"][1]["email_configs"][0]["auth_password"] == "<secret>"
    assert "pager" in await good(made, "config", "routes")
    assert await good(made, "config", "routes", "show") == await good(made, "config", "routes")
    assert (await good(made, "config", "routes", "test", "severity=critical")).strip() == "pager"
    assert (await good(made, "config", "routes", "test", "severity=info", "--verify.receivers=team")).strip() == "team"
    assert "disabled" in await good(made, "cluster", "show")
    original = tmp_path / "original.yml"
    original.write_text((await made.get("/api/v2/status"))["config"]["original"])
    checked = await good(made, "check-config", str(original))
    assert "SUCCESS" in checked
    assert "2 receivers" in checked
    assert "1 inhibit rules" in checked


@pytest.mark.parametrize(
    ("arguments", "wanted"),
    [
        (("silence", "expire", "3f1c0000-0000-4000-8000-000000000000"), "404"),
        (("silence", "add", 'a=~".*"', "-c", "x", "-a", "me"), "at least one matcher must not match the empty string"),
    ],
)
async def test_what_we_refuse_is_said(made: Desk, arguments: tuple[str, ...], wanted: str):
    ran: Ran = await amtool(made.url, *arguments)
    assert ran.status == 1
    assert wanted in ran.complained
