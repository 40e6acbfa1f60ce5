from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from spanwise_alerts.command import main

CALLS: dict[str, Any] = {"name": "calls", "measure": "llm.calls", "stat": "sum", "tiers": {"info": {"above": 5}}}
SPENT: dict[str, Any] = {"name": "spent", "kind": "budget", "measure": "llm.cost", "limit": "$5"}
WHY = "spent: rule is left out: PromQL knows windows that end now, none that begins at midnight in a time zone"


def file_of(path: Path, *rules: dict[str, Any]) -> str:
    path.write_text(json.dumps({"rules": rules}))
    return str(path)


def test_without_a_file_the_default_rules_are_written(capsys: pytest.CaptureFixture[str]):
    assert main(["export", "--prometheus"]) == 0
    found = capsys.readouterr()
    assert "spanwise-slow-runs" in {group["name"] for group in yaml.safe_load(found.out)["groups"]}
    assert "spanwise-collector-silent: rule is left out: only the alert manager knows" in found.err


def test_what_is_left_out_is_named_and_fails_where_that_is_asked(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    name = file_of(tmp_path / "rules.yaml", CALLS, SPENT)
    assert main(["export", "--prometheus", name]) == 0
    found = capsys.readouterr()
    assert found.err == f"{WHY}\n"
    assert f"# {WHY}\n" in found.out
    assert main(["export", "--prometheus", "--strict", name]) == 1
    assert capsys.readouterr().err == f"{WHY}\n"
    assert main(["export", "--prometheus", "--strict", file_of(tmp_path / "calls.yaml", CALLS)]) == 0


def test_a_file_is_written_anew_and_counted(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    name, output = file_of(tmp_path / "rules.yaml", CALLS, SPENT), tmp_path / "rules.yml"
    output.write_text("old")
    assert main(["export", "--prometheus", name, "--output", str(output)]) == 0
    assert capsys.readouterr().out == f"{output}: 1 alerting and 0 recording rules of 1 of 2 rules\n"
    (group,) = yaml.safe_load(output.read_text())["groups"]
    assert group["rules"][0]["alert"] == "calls"
    assert main(["export", "--prometheus", name, "--output", str(tmp_path / "no" / "rules.yml")]) == 1
    assert "--output: " in capsys.readouterr().err


def test_json_has_the_groups_and_what_is_left_out(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    assert main(["export", "--prometheus", "--json", file_of(tmp_path / "rules.yaml", CALLS, SPENT)]) == 0
    told = json.loads(capsys.readouterr().out)
    assert [group["name"] for group in told["groups"]] == ["calls"]
    assert [(left["rule"], left["what"]) for left in told["left_out"]] == [("spent", "rule")]


def test_a_spanwise_yaml_gives_its_rules_and_the_default_ones(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    path = tmp_path / "spanwise.yaml"
    path.write_text(json.dumps({"alerts": {"rules": [CALLS]}}))
    assert main(["export", "--prometheus", "--json", str(path)]) == 0
    names = [group["name"] for group in json.loads(capsys.readouterr().out)["groups"]]
    assert {"calls", "spanwise-slow-runs"} <= set(names)
    path.write_text(json.dumps({"alerts": {"rules": [CALLS], "default_rules": False}}))
    assert main(["export", "--prometheus", "--json", str(path)]) == 0
    assert [group["name"] for group in json.loads(capsys.readouterr().out)["groups"]] == ["calls"]


def test_two_rules_of_one_name_are_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    files = [file_of(tmp_path / f"{place}.yaml", CALLS) for place in "ab"]
    assert main(["export", "--prometheus", *files]) == 1
    assert "got 'calls' in several files" in capsys.readouterr().err


def test_for_whom_must_be_said():
    with pytest.raises(SystemExit, match="2"):
        main(["export"])
