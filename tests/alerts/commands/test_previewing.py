from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from spanwise_alerts.command import main
from spanwise_alerts.notify.formats.kinds import FORMATS

pytestmark = pytest.mark.usefixtures("patient")

RULE = {
    "name": "llm-latency", "measure": "llm.duration", "stat": "p95", "by": ["model"],
    "tiers": {"warning": {"above": "8s"}}, "summary": "{{ model }} p95 is {{ value }}",
}  # fmt: skip
OTHER = {**RULE, "name": "other", "summary": "the other one"}
NOBODY = ("--collector", "http://127.0.0.1:1")


@pytest.fixture
def rules(tmp_path: Path) -> str:
    path = tmp_path / "rules.yaml"
    path.write_text(yaml.safe_dump({"rules": [RULE, OTHER]}))
    return str(path)


def test_a_mail_is_written_as_a_page_with_its_chart_in_it(rules: str, tmp_path: Path, capsys: Any):
    out = tmp_path / "mail.html"
    assert main(["preview", rules, "--out", str(out), *NOBODY]) == 0
    page = out.read_text()
    assert "Preview with sample numbers" in page
    assert "gpt-4o p95 is 10 s" in page
    assert 'src="data:image/png;base64,' in page
    assert "cid:" not in page
    assert "these are sample numbers: collector did not answer" in capsys.readouterr().err


def test_a_rule_is_chosen_by_its_name(rules: str, capsys: Any):
    assert main(["preview", rules, "--rule", "other", "--channel", "webhook", *NOBODY]) == 0
    body = json.loads(capsys.readouterr().out)
    assert body["alerts"][0]["summary"] == "the other one"
    assert body["alerts"][0]["evidence"]["shifts"]


@pytest.mark.parametrize("channel", ["alertmanager", *(way.__name__.lower() for way in FORMATS)])
def test_every_channel_has_a_preview(channel: str, rules: str, capsys: Any):
    assert main(["preview", rules, "--channel", channel, *NOBODY]) == 0
    body = capsys.readouterr().out
    assert isinstance(json.loads(body), dict)
    assert "p95 is 10 s" in body


def test_a_whole_configuration_may_be_given(tmp_path: Path, capsys: Any):
    path = tmp_path / "spanwise.yaml"
    path.write_text(yaml.safe_dump({"alerts": {"rules": [RULE]}}))
    assert main(["preview", str(path), "--channel", "webhook", *NOBODY]) == 0
    assert json.loads(capsys.readouterr().out)["alerts"][0]["rule"] == "llm-latency"


@pytest.mark.parametrize(
    ("arguments", "wanted"),
    [
        (["--channel", "fax"], "--channel: got 'fax', expected one of email, webhook"),
        (["--rule", "nobody"], "--rule: got 'nobody', expected one of llm-latency, other"),
        (["--out", "/"], "--out: got '/', expected a file that can be written"),
    ],
)
def test_what_is_wrong_with_a_call_is_said(arguments: list[str], wanted: str, rules: str, capsys: Any):
    assert main(["preview", rules, *NOBODY, *arguments]) == 1
    assert wanted in capsys.readouterr().err


def test_a_configuration_without_rules_is_said(tmp_path: Path, capsys: Any):
    path = tmp_path / "spanwise.yaml"
    path.write_text(yaml.safe_dump({"alerts": {"rules": []}}))
    assert main(["preview", str(path), *NOBODY]) == 1
    assert "expected rules, there are none" in capsys.readouterr().err
