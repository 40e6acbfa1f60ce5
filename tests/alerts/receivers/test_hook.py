from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import ValidationError

from spanwise_alerts.config import AlertsConfig
from spanwise_alerts.faults import faults_of
from spanwise_alerts.receivers.discord import Discord
from spanwise_alerts.receivers.hook import Hook
from spanwise_alerts.receivers.slack import Slack
from spanwise_alerts.receivers.teams import Teams
from spanwise_alerts.receivers.wecom import Wecom

LINK = "https://hooks.example.com/secret"


@pytest.mark.parametrize("kind", [Slack, Teams, Discord, Wecom])
def test_a_link_is_all_that_is_needed_and_it_is_never_shown(kind: type[Hook]):
    way = kind.model_validate({"url": LINK})
    assert way.link() == LINK
    assert "secret" not in f"{way!r} {way.model_dump_json()}".replace("secret_", "")
    assert (way.ends, way.pages, way.send_resolved, way.allow_private) == (("",), False, True, False)


def test_a_link_in_a_file_is_read_anew(tmp_path: Path):
    (tmp_path / "link").write_text(LINK + "\n")
    way = Slack.model_validate({"url_file": "link"}, context={"base": tmp_path})
    assert way.link() == LINK
    (tmp_path / "link").write_text(LINK + "2\n")
    assert way.link() == LINK + "2"


@pytest.mark.parametrize("text", ["hooks.example.com", "ftp://example.com/", "http://127.0.0.1/"])
def test_a_file_that_holds_no_link_outside_is_refused_and_not_shown(tmp_path: Path, text: str):
    (tmp_path / "link").write_text(text)
    with pytest.raises(ValidationError) as raised:
        AlertsConfig.model_validate(
            {"receivers": [{"name": "team", "slack": {"url_file": "link"}}]}, context={"base": tmp_path}
        )
    (fault,) = faults_of(raised.value, AlertsConfig, "x.yaml")
    assert fault.path == "receivers[0].slack.url_file"
    assert text not in str(fault)


@pytest.mark.parametrize(
    ("said", "path"),
    [
        ({}, "url"), ({"url": LINK, "url_file": "link"}, "url"), ({"url": "hooks"}, "url"),
        ({"url": "http://localhost/x"}, "url"), ({"url": LINK, "chanel": "#x"}, "chanel"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_named_by_its_path(tmp_path: Path, said: dict[str, str], path: str):
    (tmp_path / "link").write_text(LINK)
    with pytest.raises(ValidationError) as raised:
        AlertsConfig.model_validate({"receivers": [{"name": "team", "teams": said}]}, context={"base": tmp_path})
    (fault,) = faults_of(raised.value, AlertsConfig, "x.yaml")
    assert fault.path == f"receivers[0].teams.{path}"


def test_inside_is_allowed_where_it_is_said():
    assert Slack.model_validate({"url": "http://127.0.0.1:1/x", "allow_private": True}).link() == "http://127.0.0.1:1/x"
