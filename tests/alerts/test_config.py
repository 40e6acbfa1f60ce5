from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from spanwise_alerts.command import main
from spanwise_alerts.config import AlertsConfig, load
from spanwise_alerts.faults import ConfigError
from spanwise_alerts.receivers.email import Email

BAD = Path(__file__).parent / "bad"
GOOD = """
rules:
  - name: llm-latency
    measure: llm.duration
    stat: p95
    by: [provider, model]
    where: {environment: prod}
    window: 5m
    min_count: 20
    tiers:
      warning:  {above: 8s,  for: 2m}
      critical: {above: 15s, for: 1m, clear_below: 12s}
    keep_firing_for: 2m
    summary: "{{ model }} p95 is {{ value }}"
    runbook: https://example.com/runbook
"""


@pytest.mark.parametrize("path", sorted(BAD.glob("*.yaml")), ids=lambda path: path.stem)
def test_a_fault_is_named_by_path_value_and_expectation(
    path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    shutil.copy(path, tmp_path)
    monkeypatch.chdir(tmp_path)
    mark = "# wants: "
    wanted = [line.removeprefix(mark) for line in path.read_text().splitlines() if line.startswith(mark)]
    assert main(["check", path.name]) == 1
    *faults, count = capsys.readouterr().err.splitlines()
    assert sorted(faults) == sorted(f"{path.name}: {line}" for line in wanted)
    assert count.split()[0] == str(len(wanted))


def test_the_rule_of_the_documentation_is_read_as_it_stands(tmp_path: Path):
    (tmp_path / "rules").mkdir()
    (tmp_path / "rules" / "a.yaml").write_text(GOOD)
    (rule,) = load({"rule_files": ["rules/*.yaml"]}, "spanwise.yaml", tmp_path).rules
    assert (rule.window_s, rule.min_count, rule.keep_firing_for_s, rule.unit) == (300, 20, 120, "s")
    critical = rule.tiers["critical"]
    assert (critical.threshold.value, critical.for_s) == (15, 60)
    assert (critical.breached(15.1), critical.cleared(12)) == (True, False)


def test_every_key_has_a_default():
    assert load(None, "spanwise.yaml", Path()) == AlertsConfig()
    assert AlertsConfig().rules == []


def test_faults_of_the_section_and_of_all_rule_files_come_at_once(tmp_path: Path):
    (tmp_path / "a.yaml").write_text("rules: [{name: a}]")
    (tmp_path / "b.yaml").write_text("rules: {")
    (tmp_path / "c.yaml").write_text(GOOD)
    (tmp_path / "d.yaml").write_text(GOOD)
    with pytest.raises(ConfigError) as raised:
        load({"http": "x", "rule_files": ["*.yaml"]}, "spanwise.yaml", tmp_path)
    assert [(fault.file, fault.path) for fault in raised.value.faults] == [
        ("spanwise.yaml", "http"), ("a.yaml", "rules[0].measure"), ("a.yaml", "rules[0].stat"),
        ("a.yaml", "rules[0].tiers"), ("b.yaml", ""), ("d.yaml", "rules[0].name"),
    ]  # fmt: skip


def test_secrets_are_not_shown(tmp_path: Path):
    (tmp_path / "password").write_text("hunter2\n")
    email = {"to": ["a@b"], "from": "s@b", "host": "h", "username": "u", "password_file": "password"}
    team = {"name": "team", "webhook": {"url": "https://x/hunter2"}, "email": email}
    config = load({"receivers": [team]}, "spanwise.yaml", tmp_path)
    shown = f"{config!r} {config} {config.model_dump()} {config.model_dump_json()} {config.receivers[0].email[0]!r}"
    assert "hunter2" not in shown
    assert "***" in shown
    assert config.receivers[0].email
    password = config.receivers[0].email[0].password()
    assert password is not None
    assert (password.text, str(password)) == ("hunter2", "***")


@pytest.mark.parametrize(("tls", "port"), [("none", 25), ("starttls", 587), ("tls", 465)])
def test_mail_has_the_usual_port_of_its_encryption(tls: str, port: int):
    assert Email.model_validate({"to": ["a@b"], "from": "s@b", "host": "h", "tls": tls}).smtp_port == port
