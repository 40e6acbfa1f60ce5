"""The pages name every key that there is."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml
from pydantic import BaseModel

from spanwise_alerts.config import AlertsConfig, Email, Receiver, Webhook, load, load_rules
from spanwise_alerts.faults import ConfigError
from spanwise_alerts.notify.webhook import body_of
from spanwise_alerts.rule import Rule, Tier
from spanwise_alerts.wording import NAMES
from tests.alerts.builders import a_letter

DOCS = Path(__file__).parents[2] / "docs"
RULES = (DOCS / "rules.md").read_text()
RECEIVERS = (DOCS / "receivers.md").read_text()


def fence(text: str, kind: str) -> str:
    found = re.search(rf"```{kind}\n(.*?)```", text, re.DOTALL)
    assert found is not None
    return found[1]


@pytest.mark.parametrize(
    ("model", "page"),
    [
        (Rule, RULES),
        (Tier, RULES),
        (AlertsConfig, RECEIVERS),
        (Receiver, RECEIVERS),
        (Webhook, RECEIVERS),
        (Email, RECEIVERS),
    ],
)
def test_every_key_is_documented(model: type[BaseModel], page: str):
    for name, field in model.model_fields.items():
        assert re.search(rf"[`./\[\]]{field.alias or name}[`.\[]|^\s+{field.alias or name}:", page, re.MULTILINE), name


def test_every_name_of_a_sentence_is_documented():
    assert [name for name in NAMES if f"`{name}" not in RULES] == []


def test_the_rule_and_the_section_of_the_pages_are_good(tmp_path: Path):
    assert load_rules(yaml.safe_load(fence(RULES, "yaml")), "rules.md")[0].name == "llm-latency"
    with pytest.raises(ConfigError) as raised:
        load(yaml.safe_load(fence(RECEIVERS, "yaml"))["alerts"], "receivers.md", tmp_path)
    # what is missing here are the files that the example names
    assert sorted(fault.path for fault in raised.value.faults) == ["receivers[0].email.password_file", "rule_files[0]"]


def test_the_json_of_the_page_has_the_fields_of_the_body():
    assert list(yaml.safe_load(fence(RECEIVERS, "json"))) == list(body_of(a_letter()))
