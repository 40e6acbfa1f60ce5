from __future__ import annotations

import json
from urllib.parse import parse_qs, urlsplit

import pytest

from spanwise_alerts.command import main
from tests.support.webhook import Delivery, Reply, Server

STORY = {
    "fingerprint": "00000000000000aa", "labels": {"alertname": "x", "model": "m"}, "state": "active",
    "now": ["It fires."], "history": [{"at": "2026-11-20T10:00:00.000Z", "what": "fired", "text": "fired as info"}],
}  # fmt: skip


@pytest.mark.parametrize(
    ("arguments", "query"),
    [
        (["00000000000000aa"], {"fingerprint": ["00000000000000aa"]}),
        (["alertname=x", "model=m"], {"filter": ["alertname=x", "model=m"]}),
    ],
)
def test_an_alert_is_named_by_fingerprint_or_labels(
    arguments: list[str], query: dict[str, list[str]], capsys: pytest.CaptureFixture[str]
):
    asked: list[Delivery] = []

    def answer(delivery: Delivery) -> Reply:
        asked.append(delivery)
        return Reply(body=json.dumps([STORY]).encode())

    with Server(answer) as server:
        assert main(["explain", *arguments, "--url", server.url]) == 0
        assert capsys.readouterr().out == (
            "x model=m (00000000000000aa)\n  It fires.\n    2026-11-20T10:00:00Z  fired as info\n\n"
        )
        assert main(["explain", *arguments, "--url", server.url, "--json"]) == 0
        assert json.loads(capsys.readouterr().out) == [STORY]
    assert parse_qs(urlsplit(asked[0].path).query) == query


def test_nothing_known_is_said(capsys: pytest.CaptureFixture[str]):
    with Server(lambda _: Reply(body=b"[]")) as server:
        assert main(["explain", "a=b", "--url", server.url]) == 0
    assert capsys.readouterr().out.startswith("no alert that fires")
