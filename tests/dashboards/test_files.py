import json

import pytest
import yaml

from spanwise_dashboards.alerting import read_rules
from spanwise_dashboards.catalogue import boards
from spanwise_dashboards.files import provisioning
from spanwise_dashboards.provision import Alerting
from spanwise_dashboards.sources import PROMETHEUS, TRACES


def read(folder, name):
    return yaml.safe_load((folder / name / "spanwise.yaml").read_text())


def test_grafanas_folder_gets_data_sources_boards_and_where_they_lie(tmp_path):
    files = provisioning(tmp_path, prometheus_url="http://prometheus:9090", collector_url="http://collector:8750")
    assert all(file.exists() for file in files)
    sources = {each["uid"]: each for each in read(tmp_path, "datasources")["datasources"]}
    assert sources[PROMETHEUS.uid]["url"] == "http://prometheus:9090"
    assert sources[TRACES.uid]["url"] == "http://collector:8750"
    (provider,) = read(tmp_path, "dashboards")["providers"]
    shown = tmp_path / "dashboards" / "spanwise"
    assert provider["options"]["path"] == str(shown)
    assert {json.loads(file.read_text())["uid"] for file in shown.glob("*.json")} == {board.uid for board in boards()}


def test_the_boards_may_lie_elsewhere_for_grafana(tmp_path):
    provisioning(tmp_path, boards="/etc/grafana/provisioning/dashboards/spanwise")
    (provider,) = read(tmp_path, "dashboards")["providers"]
    assert provider["options"]["path"] == "/etc/grafana/provisioning/dashboards/spanwise"


def test_what_grafana_would_expand_is_refused(tmp_path):
    with pytest.raises(ValueError, match=r"'\$' in an address or path would be expanded by Grafana"):
        provisioning(tmp_path, prometheus_url="http://$HOST:9090")


def test_what_grafana_judges_itself_is_a_file_where_it_is_wanted(tmp_path):
    assert not (tmp_path / "alerting").exists()
    rules = tmp_path / "rules.yml"
    rule = "{alert: slow, expr: up > 1, labels: {team: $x}, annotations: {a: '{{ $value }}'}}"
    rules.write_text(f"groups: [{{name: slow, rules: [{rule}]}}]")
    groups = read_rules(rules, tell=True)
    files = provisioning(tmp_path, alerting=Alerting("http://alerts:9093", groups))
    assert tmp_path / "alerting/spanwise.yaml" in files
    page = read(tmp_path, "alerting")
    (contact,), (group,) = page["contactPoints"], page["groups"]
    assert contact["receivers"][0]["settings"] == {"url": "http://alerts:9093"}
    assert (group["folder"], group["interval"]) == ("Spanwise", "1m")
    (rule,) = group["rules"]
    assert rule["notification_settings"] == {"receiver": contact["name"]}
    assert rule["labels"] == {"team": "$$x"}
    assert rule["annotations"] == {"a": "{{ $values.query.Value }}"}
