from __future__ import annotations

import json

import pytest

from spanwise_alerts.command import main
from tests.support.webhook import Delivery, Reply, Server

ANSWER = {"rule": "odd", "labels": {"model": "m"}, "verdict": "noise", "threshold_factor": 1.1618}


def test_a_word_is_sent_and_what_it_does_is_said(capsys: pytest.CaptureFixture[str]):
    asked: list[Delivery] = []

    def answer(delivery: Delivery) -> Reply:
        asked.append(delivery)
        return Reply(body=json.dumps(ANSWER).encode())

    with Server(answer) as server:
        arguments = ["feedback", "00000000000000aa", "noise", "--author", "ann", "--comment", "a deploy"]
        assert main([*arguments, "--url", server.url]) == 0
        assert "1.16 times" in capsys.readouterr().out
        assert main([*arguments, "--url", server.url, "--json"]) == 0
        assert json.loads(capsys.readouterr().out) == ANSWER
    assert asked[0].body == {
        "fingerprint": "00000000000000aa", "verdict": "noise", "author": "ann", "comment": "a deploy",
    }  # fmt: skip


def test_any_other_word_is_a_wrong_call(capsys: pytest.CaptureFixture[str]):
    with pytest.raises(SystemExit) as stopped:
        main(["feedback", "00000000000000aa", "nice"])
    assert stopped.value.code == 2
    assert "noise" in capsys.readouterr().err
