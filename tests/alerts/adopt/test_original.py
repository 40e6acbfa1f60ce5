from __future__ import annotations

import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from spanwise_alerts.adopt.original import original
from spanwise_alerts.adopt.reader import config_of
from spanwise_alerts.config import load
from tests.alerts.adopt.test_reader import FILE, written
from tests.support.prometheus import binary


def test_secrets_and_links_are_not_in_it_and_the_rest_is(tmp_path: Path):
    shown = original(config_of(written(tmp_path), "am.yml"))
    assert "pw" not in shown
    assert "http://h/x" not in shown
    found = yaml.safe_load(shown)
    asked: dict[str, Any] = yaml.safe_load(FILE)
    assert found["global"] == {"resolve_timeout": "10m"}
    assert found["inhibit_rules"][0]["equal"] == asked["inhibit_rules"][0]["equal"]
    assert found["time_intervals"][0]["name"] == "nights"
    assert found["route"]["routes"][0]["matchers"] == ['a="b"', 'c=~"^(d|e)$"', 'f!="g"']


@pytest.mark.parametrize(
    "section",
    [
        {},
        {"route": {"group_wait": "0s", "group_interval": "0s", "repeat_interval": "1m30s"}},
        {"route": {"group_by": []}},
        {"route": {"group_by": ["..."], "routes": [{"matchers": ['a="b"'], "continue": True}]}},
    ],
)
def test_amtool_takes_it_whatever_our_routing_is(tmp_path: Path, section: dict[str, Any]):
    receivers = [{"name": "team", "webhook": {"allow_private": True, "url": "http://127.0.0.1/"}}] if section else []
    (tmp_path / "original.yml").write_text(original(load({**section, "receivers": receivers}, "x", tmp_path)))
    ran = subprocess.run(
        [binary("amtool"), "check-config", str(tmp_path / "original.yml")], capture_output=True, text=True, check=False
    )
    assert ran.returncode == 0, ran.stderr + ran.stdout
