from __future__ import annotations

import json
from pathlib import Path

import pytest

from spanwise_alerts.command import main
from tests.alerts.adopt.test_reader import FILE
from tests.alerts.test_config import GOOD


def test_good_files_of_every_kind_are_counted(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    (tmp_path / "rules.yaml").write_text(GOOD)
    (tmp_path / "alertmanager.yml").write_text(FILE)
    team = {"name": "team", "webhook": {"allow_private": True, "url": "http://127.0.0.1/"}}
    (tmp_path / "spanwise.yaml").write_text(
        json.dumps({"alerts": {"rule_files": ["rules.yaml"], "receivers": [team]}, "collector": {"http": "x"}})
    )
    files = [str(tmp_path / name) for name in ("rules.yaml", "spanwise.yaml", "alertmanager.yml")]
    assert main(["check", *files]) == 0
    assert capsys.readouterr().out == "ok: 3 files, 2 rules, 3 receivers\n"


def test_faults_are_all_said_with_their_number(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    (tmp_path / "a.yaml").write_text("rules: 5")
    (tmp_path / "b.yaml").write_text("other: 5")
    assert main(["check", str(tmp_path / "a.yaml"), str(tmp_path / "b.yaml")]) == 1
    said = capsys.readouterr().err.splitlines()
    assert said[0] == f"{tmp_path / 'a.yaml'}: rules: got 5, expected a list"
    assert "expected the key `rules` (a rule file) or `alerts`" in said[1]
    assert said[2] == "2 faults"


def test_faults_are_json_where_that_is_asked(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    path = tmp_path / "rules.yaml"
    path.write_text("rules: 5")
    assert main(["check", "--json", str(path)]) == 1
    assert json.loads(capsys.readouterr().out) == {
        "ok": False, "files": 1, "rules": 0, "receivers": 0,
        "faults": [{"file": str(path), "path": "rules", "message": "got 5, expected a list"}],
    }  # fmt: skip
