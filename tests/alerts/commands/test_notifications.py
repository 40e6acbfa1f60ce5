from __future__ import annotations

import json
from urllib.parse import parse_qs, urlsplit

import pytest

from spanwise_alerts.command import main
from tests.support.webhook import Delivery, Reply, Server

LETTER = {
    "key": "5f0c" + "0" * 60, "channel": "team/webhook", "receiver": "team", "status": "dead", "attempts": 3,
    "reason": "answered 404: [red]gone", "created_at": "2026-11-20T10:00:00.000Z", "due_at": None,
    "ended_at": "2026-11-20T10:00:05.000Z", "group_key": "{}",
    "told": {"status": "firing", "tier": "critical", "reason": "first", "summary": "gpt-4o is slow"},
}  # fmt: skip
ONE = {
    **LETTER,
    "alerts": [{"fingerprint": "aa", "status": "firing", "tier": "critical", "summary": "gpt-4o is slow"}],
    "history": [{"at": "2026-11-20T10:00:05.000Z", "what": "dead", "text": "team/webhook: given up at attempt 3"}],
}


def test_letters_are_listed_and_no_reason_is_markup(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("COLUMNS", "200")
    with Server(lambda _: Reply(body=json.dumps([LETTER]).encode())) as server:
        assert main(["notifications", "--url", server.url]) == 0
        table = capsys.readouterr().out
        assert main(["notifications", "--json", "--url", server.url]) == 0
        assert json.loads(capsys.readouterr().out) == [LETTER]
    for cell in ("dead", "team/webhook", "firing critical: gpt-4o is slow", "3", "[red]gone", "5f0c000000000000"):
        assert cell in table


def test_what_is_asked_for_is_asked(capsys: pytest.CaptureFixture[str]):
    asked: list[Delivery] = []

    def answer(delivery: Delivery) -> Reply:
        asked.append(delivery)
        return Reply(body=b"[]")

    with Server(answer) as server:
        said = ["--status", "dead", "--status", "pending", "--receiver", "team", "--since", "1h", "--limit", "5"]
        assert main(["notifications", "--url", server.url, *said]) == 0
    assert parse_qs(urlsplit(asked[0].path).query) == {
        "status": ["dead", "pending"], "receiver": ["team"], "since": ["1h"], "limit": ["5"],
    }  # fmt: skip
    assert capsys.readouterr().out == "there are no such letters\n"


def test_one_letter_is_told_with_each_attempt(capsys: pytest.CaptureFixture[str]):
    with Server(lambda _: Reply(body=json.dumps(ONE).encode())) as server:
        assert main(["notifications", str(ONE["key"]), "--url", server.url]) == 0
        shown = capsys.readouterr().out
        assert main(["notifications", str(ONE["key"]), "--json", "--url", server.url]) == 0
        assert json.loads(capsys.readouterr().out) == ONE
    assert "dead: team/webhook is told firing critical (first)" in shown
    assert "2026-11-20T10:00:05Z  team/webhook: given up at attempt 3" in shown
