from __future__ import annotations

import re
import subprocess
from pathlib import Path
from typing import Any

import yaml

from spanwise_alerts.config import load_rules
from spanwise_alerts.export.groups import LeftOut, exported
from spanwise_alerts.rules.defaults import default_rules
from spanwise_alerts.rules.kinds import rule_of
from spanwise_schema.metrics import METRICS
from tests.support.prometheus import binary

PAGE = Path(__file__).parents[3] / "docs" / "rules.md"
BURN: dict[str, Any] = {"kind": "burn_rate", "measure": "llm.errors", "objective": "99.5%"}
SUFFIX = {"counter": ("_total",), "gauge": ("",), "histogram": ("_bucket", "_sum", "_count")}


def checked(path: Path, text: str) -> str:
    path.write_text(text)
    ran = subprocess.run(
        [binary("promtool"), "check", "rules", str(path)], capture_output=True, text=True, check=False
    )  # fmt: skip
    assert ran.returncode == 0, ran.stdout + ran.stderr
    return ran.stdout


def test_the_default_rules_are_accepted_as_a_whole_and_what_is_left_out_is_named(tmp_path: Path):
    found = exported(default_rules())
    assert f"SUCCESS: {found.alerting} rules found" in checked(tmp_path / "rules.yml", found.yaml())
    assert [(left.rule, left.what) for left in found.left_out] == [
        ("spanwise-provider-outage", "rule"), ("spanwise-runaway", "rule"), ("spanwise-collector-silent", "rule"),
    ]  # fmt: skip
    names = {group["name"] for group in found.groups} | {left.rule for left in found.left_out}
    assert names == {rule.name for rule in default_rules()}


def test_the_rules_of_the_page_are_accepted(tmp_path: Path):
    files = [yaml.safe_load(text) for text in re.findall(r"```yaml\n(.*?)```", PAGE.read_text(), re.DOTALL)]
    for place, raw in enumerate(each for each in files if "rules" in each):
        found = exported(load_rules(raw, "rules.md"))
        if found.groups:
            checked(tmp_path / f"{place}.yml", found.yaml())


def test_only_metrics_of_the_catalogue_are_asked():
    known = {metric.name + suffix for metric in METRICS for suffix in SUFFIX[metric.type]}
    text = exported(default_rules()).yaml()
    asked = set(re.findall(r"\b(\w+)\{", text)) - {"ALERTS"}
    assert asked
    assert asked <= known


def test_a_tier_is_an_alert_with_its_times_labels_and_texts():
    rule = rule_of({
        "name": "slow", "measure": "llm.duration", "stat": "mean", "labels": {"team": "{{ai}}"},
        "keep_firing_for": "90s", "tiers": {"info": {"above": "1s"}, "critical": {"above": "8s", "for": "500ms"}},
        "summary": "{{ threshold }}", "description": "{{ count }}", "runbook": "https://example.com/",
    })  # fmt: skip
    found = exported([rule])
    info, critical = found.groups[0]["rules"]
    assert (info["alert"], "for" in info, info["labels"]) == (
        "slow", False, {"severity": "info", "team": '{{ "{{" }}ai}}'},
    )  # fmt: skip
    assert (critical["for"], critical["keep_firing_for"]) == ("500ms", "90s")
    assert critical["annotations"] == {"summary": "8 s", "runbook_url": "https://example.com/"}
    assert found.left_out == (LeftOut("slow", "description", "Prometheus does not know `count`"),)
    assert "\n# slow: description is left out: Prometheus does not know `count`\n" in found.yaml()


def test_burn_rates_of_names_that_differ_in_a_sign_only_are_recorded_apart(tmp_path: Path):
    rules = [rule_of({"name": name, **BURN}) for name in ("a-b", "a.b")]
    found = exported(rules)
    recorded = [rule["record"] for group in found.groups for rule in group["rules"] if "record" in rule]
    assert len(set(recorded)) == len(recorded) == found.recording
    assert {"spanwise:a_b:error_ratio_300s", "spanwise:a_b_2:error_ratio_300s"} <= set(recorded)
    checked(tmp_path / "rules.yml", found.yaml())
