"""The rules that Spanwise brings along: `defaults.yaml` beside this file."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import Any, Final

import yaml

from spanwise_alerts.rule import Rule
from spanwise_alerts.rules.kinds import rule_of

FILE: Final = "defaults.yaml"


@cache
def default_rules() -> tuple[Rule, ...]:
    """Read them; a test holds that they are good."""
    text = files("spanwise_alerts.rules").joinpath(FILE).read_text(encoding="utf-8")
    raw: list[dict[str, Any]] = yaml.safe_load(text)["rules"]
    return tuple(rule_of(each) for each in raw)
