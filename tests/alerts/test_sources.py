from __future__ import annotations

from pathlib import Path

import pytest

from spanwise_alerts.config import load
from spanwise_alerts.faults import ConfigError


def test_a_token_file_is_found_beside_the_configuration(tmp_path: Path):
    (tmp_path / "token").write_text("secret")
    server = {"url": "https://prometheus.example.com/path/", "bearer_file": "token"}
    (source,) = load({"sources": [{"name": "p", "prometheus": server}]}, "spanwise.yaml", tmp_path).sources
    assert source.prometheus.url == "https://prometheus.example.com/path"
    assert source.prometheus.bearer_file == tmp_path / "token"


@pytest.mark.parametrize(
    ("server", "path"),
    [
        ({"url": "https://u:p@host"}, "sources[0].prometheus.url"),
        ({"url": "http://host?x=1"}, "sources[0].prometheus.url"),
        ({"url": "http://host", "bearer_file": "nowhere"}, "sources[0].prometheus.bearer_file"),
    ],
)
def test_what_is_no_server_is_refused(server: dict[str, str], path: str, tmp_path: Path):
    with pytest.raises(ConfigError) as raised:
        load({"sources": [{"name": "p", "prometheus": server}]}, "spanwise.yaml", tmp_path)
    assert [fault.path for fault in raised.value.faults] == [path]


def test_no_two_have_one_name(tmp_path: Path):
    one = {"name": "p", "prometheus": {"url": "http://host"}}
    with pytest.raises(ConfigError, match="no other source has"):
        load({"sources": [one, one]}, "spanwise.yaml", tmp_path)
