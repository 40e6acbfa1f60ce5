from __future__ import annotations

from pathlib import Path

from spanwise_alerts.config import AlertsConfig
from spanwise_alerts.rules.defaults import default_rules
from spanwise_alerts.view.runbooks import sections
from tests.support.desk import desk


def test_each_rule_that_is_brought_along_has_a_runbook_and_each_runbook_a_rule():
    assert list(sections()) == [rule.name for rule in default_rules()]


async def test_a_runbook_is_a_page_that_leads_to_others(tmp_path: Path):
    async with desk(tmp_path) as made:
        answer = await made.client.get("/runbooks/spanwise-slow-runs")
        assert answer.status_code == 200
        assert answer.headers["content-type"].startswith("text/html")
        assert "default-src 'none'" in answer.headers["content-security-policy"]
        assert "<h1>spanwise-slow-runs</h1>" in answer.text
        assert '<a href="spanwise-slow-model-calls">slow model calls</a>' in answer.text


async def test_a_runbook_that_there_is_not_is_said_with_what_there_is(tmp_path: Path):
    async with desk(tmp_path) as made:
        answer = await made.client.get("/runbooks/spanwise-slow-run")
        assert answer.status_code == 404
        assert "did you mean 'spanwise-slow-runs'?" in answer.json()


def test_what_is_brought_along_links_to_its_runbook_where_people_reach_this_alert_manager():
    reached = AlertsConfig.model_validate({"external_url": "https://alerts.example.com/"})
    assert {rule.runbook for rule in AlertsConfig().watched} == {""}
    assert [rule.runbook for rule in reached.watched] == [
        f"https://alerts.example.com/runbooks/{rule.name}" for rule in default_rules()
    ]
