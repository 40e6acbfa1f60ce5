from __future__ import annotations

import asyncio
import json
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from spanwise_alerts.command import main
from tests.support.desk import desk
from tests.support.webhook import Delivery, Reply, Server

ALERT = {
    "fingerprint": "00000000000000aa",
    "labels": {"alertname": "llm-latency", "model": "[red]m", "severity": "warning"},
    "startsAt": "2026-11-20T10:00:00.000Z",
    "annotations": {"tier": "warning", "summary": "slow", "value": "9 s", "threshold": "8 s"},
    "status": {"state": "suppressed", "silencedBy": ["s1"], "inhibitedBy": [], "mutedBy": ["nights"]},
}


def test_what_fires_is_listed_and_no_label_is_markup(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("COLUMNS", "160")
    with Server(lambda _: Reply(body=json.dumps([ALERT]).encode())) as server:
        assert main(["list", "--url", server.url]) == 0
        table = capsys.readouterr().out
        assert main(["list", "--json", "--url", server.url]) == 0
        assert json.loads(capsys.readouterr().out) == [ALERT]
    cells = ("warning", "llm-latency", "model=[red]m", "9 s", "8 s", "2026-11-20T10:00:00Z", "slow", "00000000000000aa")
    for cell in (*cells, "silenced by s1; muted by nights"):
        assert cell in table


async def test_who_looks_after_it_is_shown(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    async with desk(tmp_path) as made:
        await made.post({"labels": {"alertname": "a"}})
        (alert,) = await made.get("/api/v1/alerts")
        for kind, more in (("acknowledge", {}), ("assign", {"assignee": "grace"}), ("snooze", {"for": "2h"})):
            path = f"/api/v1/alerts/{alert['fingerprint']}/{kind}"
            assert (await made.client.post(path, json={"author": "ada", **more})).status_code == 200
        assert await asyncio.to_thread(main, ["list", "--all", "--url", made.url]) == 0
    said = capsys.readouterr().out
    assert "acknowledged by ada; snoozed by ada; assigned to grace" in said
    assert "muted by snoozed" in said


@pytest.mark.parametrize(
    ("arguments", "query"),
    [
        ([], {"silenced": ["false"], "inhibited": ["false"], "muted": ["false"]}), (["--all"], {}),
        (["--all", 'a="b"', "c=~d", "--receiver", "t"], {"filter": ['a="b"', "c=~d"], "receiver": ["t"]}),
    ],
)  # fmt: skip
def test_what_is_held_back_is_hidden_unless_it_is_asked_for(arguments: list[str], query: dict[str, list[str]]):
    asked: list[Delivery] = []

    def answer(delivery: Delivery) -> Reply:
        asked.append(delivery)
        return Reply(body=b"[]")

    with Server(answer) as server:
        assert main(["list", "--url", server.url, *arguments]) == 0
    assert parse_qs(urlsplit(asked[0].path).query) == query


def test_nothing_that_fires_and_nobody_there_are_told_apart(capsys: pytest.CaptureFixture[str]):
    with Server(lambda _: Reply(body=b"[]")) as server:
        assert main(["list", "--url", server.url]) == 0
    assert capsys.readouterr().out == "nothing fires\n"
    assert main(["list", "--url", "http://127.0.0.1:1"]) == 1
    assert "expected the address of a running alert manager" in capsys.readouterr().err
