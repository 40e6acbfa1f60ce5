"""The page about people names every key, act and field that there is, and its examples are good."""

from __future__ import annotations

import re
from pathlib import Path
from typing import get_args

import pytest
import yaml
from pydantic import BaseModel

from spanwise_alerts.command import _COMMANDS
from spanwise_alerts.config import load
from spanwise_alerts.people.acknowledging import Acknowledging
from spanwise_alerts.people.act import MOST_CHARS, Kind
from spanwise_alerts.people.escalation import Escalation, Step
from spanwise_alerts.people.on_call import Layer, OnCall, Override, Person, Rotation
from spanwise_alerts.people.secret import FILE
from spanwise_alerts.quantity import seconds
from spanwise_alerts.view.people import _Asked

PAGE = (Path(__file__).parents[2] / "docs" / "people.md").read_text()


@pytest.mark.parametrize("model", [Acknowledging, Step, Escalation, Person, Rotation, Layer, Override, OnCall])
def test_every_key_is_on_the_page(model: type[BaseModel]):
    for name, field in model.model_fields.items():
        assert re.search(rf"[`.]{field.alias or name}[`\[]", PAGE), name


def test_every_act_and_field_of_the_api_is_on_the_page():
    assert [word for word in (*get_args(Kind), *_Asked.__struct_encode_fields__) if f"`{word}`" not in PAGE] == []
    assert f"up to {MOST_CHARS} characters" in PAGE
    assert f"`{FILE}`" in PAGE


def test_the_defaults_of_the_page_are_those_of_the_models():
    fields = {**Escalation.model_fields, **OnCall.model_fields}
    for name in ("repeat", "repeat_after_s", "length_s", "since", "time_zone"):
        found = re.search(rf"\| `{fields[name].alias or name}` \| `([^`]+)` \|", PAGE)
        assert found is not None, name
        said = seconds(found[1]) if name.endswith("_s") else found[1]
        assert str(said) == str(fields[name].default), name


def test_the_section_of_the_page_is_good(tmp_path: Path):
    found = re.search(r"```yaml\n(.*?)```", PAGE, re.DOTALL)
    assert found is not None
    config = load(yaml.safe_load(found[1])["alerts"], "people.md", tmp_path)
    (duty,) = config.on_call
    # Christmas Day, a Friday
    assert duty.who(1_798_196_400.0) == "grace"
    assert config.escalations[0].moments_s[:4] == (0.0, 600.0, 1500.0, 3300.0)


def test_every_command_of_the_page_is_one():
    named = set(re.findall(r"spanwise alerts ([a-z-]+)", PAGE))
    assert named <= set(_COMMANDS)
    assert {"ack", "unack", "assign", "comment", "snooze", "on-call"} <= named
