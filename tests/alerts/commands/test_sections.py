from __future__ import annotations

from pathlib import Path

import pytest

from spanwise_alerts.commands.sections import alerts_of, read_alerts
from spanwise_alerts.faults import ConfigError


def test_the_section_is_read_and_its_faults_have_their_path(tmp_path: Path):
    path = tmp_path / "spanwise.yaml"
    path.write_text("alerts: {http: '127.0.0.1:1'}\ncollector: {}")
    assert read_alerts(path).http == "127.0.0.1:1"
    with pytest.raises(ConfigError, match=r"x: alerts\.http: got 'y', expected HOST:PORT"):
        alerts_of({"alerts": {"http": "y"}}, "x", tmp_path)


def test_a_file_without_it_is_no_such_file(tmp_path: Path):
    path = tmp_path / "x.yaml"
    path.write_text("[1]")
    with pytest.raises(ConfigError, match="expected the key `rules`"):
        read_alerts(path)
