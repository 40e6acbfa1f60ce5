from __future__ import annotations

import json

import pytest

from spanwise_alerts.command import main
from tests.support.webhook import Delivery, Reply, Server

KEY = "5f0c" + "0" * 60


@pytest.mark.parametrize(
    ("said", "wanted"),
    [([KEY], {"keys": [KEY]}), (["--receiver", "team"], {"receiver": "team"}), (["--all"], {"all": True})],
)
def test_the_alert_manager_is_asked_in_somebodys_name(
    said: list[str], wanted: dict[str, object], capsys: pytest.CaptureFixture[str]
):
    asked: list[Delivery] = []

    def answer(delivery: Delivery) -> Reply:
        asked.append(delivery)
        return Reply(body=json.dumps({"replayed": [KEY], "left": {}}).encode())

    with Server(answer) as server:
        assert main(["replay", *said, "--author", "ada", "--url", server.url]) == 0
    assert asked[0].body == {**wanted, "author": "ada"}
    assert capsys.readouterr().out == "1 letters are sent once more\n"


def test_what_cannot_be_sent_is_named_and_the_status_says_so(capsys: pytest.CaptureFixture[str]):
    body = json.dumps({"replayed": [], "left": {KEY: "it is pending, not dead"}}).encode()
    with Server(lambda _: Reply(body=body)) as server:
        assert main(["replay", KEY, "--url", server.url]) == 1
        assert f"{KEY}: it is pending, not dead" in capsys.readouterr().err
        assert main(["replay", KEY, "--json", "--url", server.url]) == 1
        assert json.loads(capsys.readouterr().out) == json.loads(body)


@pytest.mark.parametrize("said", [[], [KEY, "--all"], ["--all", "--receiver", "team"]])
def test_it_is_said_which_letters(said: list[str], capsys: pytest.CaptureFixture[str]):
    assert main(["replay", *said, "--url", "http://127.0.0.1:1"]) == 1
    assert "expected one of KEY…, --receiver and --all" in capsys.readouterr().err
