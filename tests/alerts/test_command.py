from __future__ import annotations

import json
from pathlib import Path

import pytest

from spanwise_alerts.command import main
from tests.alerts.test_config import GOOD
from tests.support.webhook import Reply, Server

ALERT = {
    "labels": {"alertname": "llm-latency", "model": "[red]m"}, "startsAt": "2026-11-20T10:00:00.000Z",
    "annotations": {"tier": "warning", "summary": "slow", "value": "9 s", "threshold": "8 s"},
}  # fmt: skip


def test_good_files_are_counted(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    (tmp_path / "rules.yaml").write_text(GOOD)
    team = {"name": "team", "webhook": {"url": "http://127.0.0.1/"}}
    (tmp_path / "spanwise.yaml").write_text(
        json.dumps({"alerts": {"rule_files": ["rules.yaml"], "receivers": [team]}, "collector": {"http": "x"}})
    )
    assert main(["check", str(tmp_path / "rules.yaml"), str(tmp_path / "spanwise.yaml")]) == 0
    assert capsys.readouterr().out == "ok: 2 files, 2 rules, 1 receivers\n"


def test_faults_are_json_where_that_is_asked(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    path = tmp_path / "rules.yaml"
    path.write_text("rules: 5")
    assert main(["check", "--json", str(path)]) == 1
    assert json.loads(capsys.readouterr().out) == {
        "ok": False, "files": 1, "rules": 0, "receivers": 0,
        "faults": [{"file": str(path), "path": "rules", "message": "got 5, expected a list"}],
    }  # fmt: skip


def test_what_fires_is_listed_and_no_label_is_markup(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("COLUMNS", "160")
    with Server(lambda _: Reply(body=json.dumps([ALERT]).encode())) as server:
        assert main(["list", "--url", server.url]) == 0
        table = capsys.readouterr().out
        assert main(["list", "--json", "--url", server.url]) == 0
        assert json.loads(capsys.readouterr().out) == [ALERT]
    for cell in ("warning", "llm-latency", "model=[red]m", "9 s", "8 s", "2026-11-20T10:00:00Z", "slow"):
        assert cell in table


def test_nothing_that_fires_and_nobody_there_are_told_apart(capsys: pytest.CaptureFixture[str]):
    with Server(lambda _: Reply(body=b"[]")) as server:
        assert main(["list", "--url", server.url]) == 0
    assert capsys.readouterr().out == "nothing fires\n"
    assert main(["list", "--url", "http://127.0.0.1:1"]) == 1
    assert "expected the address of a running alert manager" in capsys.readouterr().err


def test_help_has_examples(capsys: pytest.CaptureFixture[str]):
    with pytest.raises(SystemExit, match="0"):
        main(["--help"])
    assert "spanwise alerts check rules/*.yaml" in capsys.readouterr().out
