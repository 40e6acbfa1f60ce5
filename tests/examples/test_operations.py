"""The rules of docs/operations.md, and the commands and paths that the pages for users name."""

import re
import subprocess
from pathlib import Path

import pytest
import yaml

from spanwise_alerts.command import main as alerts
from spanwise_schema.alert_metrics import ALERT_METRICS
from spanwise_schema.metrics import METRICS
from tests.support.prometheus import binary

DOCS = Path(__file__).parents[2] / "docs"
PAGE = (DOCS / "operations.md").read_text()
(RULES,) = re.findall(r"```yaml\n(groups:.*?)```", PAGE, re.DOTALL)


def test_prometheus_takes_the_rules_that_watch_spanwise_itself(tmp_path):
    file = tmp_path / "itself.yml"
    file.write_text(RULES)
    done = subprocess.run([binary("promtool"), "check", "rules", file], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_rules_ask_for_numbers_that_there_are():
    known = {
        f"{metric.name}_total" if metric.type == "counter" else metric.name for metric in (*METRICS, *ALERT_METRICS)
    }
    rules = [rule for group in yaml.safe_load(RULES)["groups"] for rule in group["rules"]]
    asked = {name for rule in rules for name in re.findall(r"spanwise_\w+", rule["expr"])}
    assert asked
    assert asked <= known
    assert all(rule["labels"]["tell"] == "prometheus" for rule in rules)


@pytest.mark.parametrize("page", ["install", "quick-start", "operations", "boards", "docker"])
def test_each_link_of_a_page_leads_to_something(page):
    links = re.findall(r"\]\((?!http)([^)#]+)", (DOCS / f"{page}.md").read_text())
    assert [link for link in links if not (DOCS / link).exists()] == []


@pytest.mark.parametrize("action", sorted(set(re.findall(r"`spanwise alerts (\w+)`", PAGE))))
def test_each_command_of_the_alert_manager_exists(action, capsys):
    with pytest.raises(SystemExit) as ended:
        alerts([action, "--help"])
    assert ended.value.code == 0
    capsys.readouterr()
