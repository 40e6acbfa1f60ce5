"""The page names every chat and pager with every key, and its example is good."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml

from spanwise_alerts.adopt.chats import Chats
from spanwise_alerts.config import load
from spanwise_alerts.notify.formats.kinds import FORMATS
from spanwise_alerts.receivers.opsgenie import Responder
from spanwise_alerts.receivers.posted import Posted

DOCS = Path(__file__).parents[2] / "docs"
PAGE = (DOCS / "receivers.md").read_text()
SECTION = PAGE.partition("## Chats and pagers\n")[2].partition("\n## ")[0]


@pytest.mark.parametrize("way", FORMATS, ids=lambda way: way.__name__.lower())
def test_every_way_and_every_key_is_named(way: type[Posted]):
    (row,) = re.findall(rf"^\| `{way.__name__.lower()}` \|.*$", SECTION, re.MULTILINE)
    shared = {"timeout", "send_resolved", "allow_private"}
    for name, field in way.model_fields.items():
        key = field.alias or name
        place = SECTION if key in shared or key.endswith("_file") else row
        assert f"`{key}`" in place, key
    assert all(f"`{key}`" in SECTION for key in shared)


def test_every_key_of_a_responder_is_named():
    assert [name for name in Responder.model_fields if f"`{name}`" not in SECTION] == []


def test_the_example_is_good_and_has_all_of_them(tmp_path: Path):
    found = re.search(r"```yaml\n(.*?)```", SECTION, re.DOTALL)
    assert found is not None
    config = load(yaml.safe_load(found[1])["alerts"], "receivers.md", tmp_path)
    ways = {type(way) for receiver in config.receivers for _, _, way in receiver.ways()}
    assert ways == set(FORMATS)


def test_what_is_taken_of_alertmanager_is_named():
    page = (DOCS / "alertmanager.md").read_text()
    assert [name for name in Chats.model_fields if f"`{name}`" not in page] == []
