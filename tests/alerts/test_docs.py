"""The pages name every key that there is."""

from __future__ import annotations

import re
from pathlib import Path
from typing import get_args

import jsonschema
import msgspec
import pytest
import yaml
from pydantic import BaseModel

from spanwise_alerts.alert import Reason
from spanwise_alerts.config import AlertsConfig, load, load_rules
from spanwise_alerts.faults import ConfigError
from spanwise_alerts.links import Links
from spanwise_alerts.notify.body import body_of, schema
from spanwise_alerts.quantity import seconds
from spanwise_alerts.receivers.email import Email
from spanwise_alerts.receivers.receiver import Receiver
from spanwise_alerts.receivers.webhook import Webhook
from spanwise_alerts.route import REPEAT_INTERVAL_S, Flap, InhibitRule, Maintenance, Reminder, Route, Storm
from spanwise_alerts.rules.bounds import Tier
from spanwise_alerts.rules.budget import Share
from spanwise_alerts.rules.burn_rate import Burn
from spanwise_alerts.rules.kinds import KINDS
from spanwise_alerts.sources import NamedSource, PrometheusServer
from spanwise_alerts.timing import Interval, NamedIntervals, Schedule, Times
from spanwise_alerts.wording import NAMES
from tests.alerts.notify.test_body import dressed

DOCS = Path(__file__).parents[2] / "docs"
RULES = (DOCS / "rules.md").read_text()
RECEIVERS = (DOCS / "receivers.md").read_text()
ROUTING = (DOCS / "routing.md").read_text()


def fence(text: str, kind: str) -> str:
    found = re.search(rf"```{kind}\n(.*?)```", text, re.DOTALL)
    assert found is not None
    return found[1]


@pytest.mark.parametrize(
    ("model", "page"),
    [
        *((kind, RULES) for kind in KINDS.values()),
        *((part, RULES) for part in (Tier, Share, Burn, NamedSource, PrometheusServer)),
        (AlertsConfig, RECEIVERS + ROUTING),
        (Links, RECEIVERS),
        (Receiver, RECEIVERS),
        (Webhook, RECEIVERS),
        (Email, RECEIVERS),
        *((part, ROUTING) for part in (Route, InhibitRule, Maintenance, Flap, Storm, Reminder)),
        *((part, ROUTING) for part in (NamedIntervals, Interval, Times, Schedule)),
    ],
)
def test_every_key_is_documented(model: type[BaseModel], page: str):
    for name, field in model.model_fields.items():
        assert re.search(
            rf"[`./\[\]]{field.alias or name}[`.\[]|(^\s+|[{{,-] ?){field.alias or name}:", page, re.MULTILINE
        ), name


def test_every_name_of_a_sentence_is_documented():
    words = {word for kind in KINDS.values() for word in kind.words}
    assert [name for name in (*NAMES, *sorted(words)) if f"`{name}" not in RULES] == []


def test_every_example_of_a_rule_is_good_and_every_kind_has_one():
    found = [yaml.safe_load(text) for text in re.findall(r"```yaml\n(.*?)```", RULES, re.DOTALL)]
    rules = [rule for each in found if "rules" in each for rule in load_rules(each, "rules.md")]
    assert {rule.kind for rule in rules} == set(KINDS)
    assert re.findall(r"^## ([a-z_]+)$", RULES, re.MULTILINE) == [*dict.fromkeys(rule.kind for rule in rules)]


def test_the_section_of_the_page_is_good(tmp_path: Path):
    with pytest.raises(ConfigError) as raised:
        load(yaml.safe_load(fence(RECEIVERS, "yaml"))["alerts"], "receivers.md", tmp_path)
    # what is missing here are the files that the example names
    assert sorted(fault.path for fault in raised.value.faults) == ["receivers[0].email.password_file", "rule_files[0]"]


def test_the_json_of_the_page_has_the_fields_of_the_body():
    told, wanted = yaml.safe_load(fence(RECEIVERS, "json")), msgspec.to_builtins(body_of(dressed()))
    assert list(told) == list(wanted)
    alert, body = told["alerts"][0], wanted["alerts"][0]
    assert list(alert) == list(body)
    assert list(alert["evidence"]) == list(body["evidence"])
    jsonschema.Draft202012Validator(schema()).validate(told)


def test_the_routing_of_the_page_is_good_and_every_reason_is_explained(tmp_path: Path):
    config = load(yaml.safe_load(fence(ROUTING, "yaml"))["alerts"], "routing.md", tmp_path)
    assert len(config.route.routes) == 3
    assert [reason for reason in get_args(Reason) if f"`{reason}`" not in RECEIVERS] == []


def test_the_defaults_of_the_page_are_those_of_the_models():
    config = AlertsConfig()
    said = {"flap.changes": config.flap.changes, "storm.messages": config.storm.messages}
    assert [key for key, value in said.items() if f"| `{key}` | `{value}` |" not in ROUTING] == []
    spans = {
        "flap.per": config.flap.per_s, "flap.digest": config.flap.digest_s, "storm.per": config.storm.per_s,
        "repeat_interval": REPEAT_INTERVAL_S,
    }  # fmt: skip
    for key, wanted_s in spans.items():
        found = re.search(rf"\| `{key}` \| `(\w+)` \|", ROUTING)
        assert found is not None
        assert seconds(found[1]) == wanted_s, key
