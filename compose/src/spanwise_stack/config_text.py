"""Writes spanwise.yaml: every key with its comment and its default, from the models."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import yaml
from pydantic import BaseModel
from pydantic.fields import FieldInfo

from spanwise_stack.config import StackConfig

_HEAD: Final = """\
# Everything that `spanwise up --config FILE` can be told, with its default. Flags win over this file.
# Durations are written as 500ms, 8s, 2m, 1h or 7d. Check a file with `spanwise config --check FILE`.
"""

SAID: Final = {
    "alerts.http": "Alertmanager's API v2, health and own metrics, HOST:PORT",
    "alerts.interval": "how often rules are evaluated; at most 1s",
    "alerts.rules": "threshold rules",
    "alerts.rule_files": "files with `rules:`, as paths or patterns relative to this file",
    "alerts.receivers": "whom to tell, by webhook, by mail or by both",
    "alerts.route": "which receiver is told; the only one needs no route",
}
"""What a key means where its model does not say so."""

EXAMPLES: Final = {
    "alerts.rules": """\
- name: llm-latency            # unique
  measure: llm.duration        # of the catalogue: GET /api/v1/measures
  stat: p95                    # count sum rate mean p50 p90 p95 p99 max ratio, as the measure allows
  by: [provider, model]        # one alert for each; default: one for all
  where: {environment: prod}   # only these; default: everything
  window: 5m                   # how far back each evaluation looks
  min_count: 20                # no verdict on fewer observations; default 1
  tiers:                       # info, warning, critical; each with above or below
    warning: {above: 8s, for: 2m}
    critical: {above: 15s, for: 1m, clear_below: 12s}
  keep_firing_for: 2m          # default 0s
  summary: "{{ model }} p95 is {{ value }}"
  description: ""
  runbook: https://example.com/runbooks/llm-latency
  labels: {team: agents}       # added to the alert
""",
    "alerts.rule_files": """\
- rules/*.yaml
""",
    "alerts.receivers": """\
- name: team
  webhook:
    url: https://hooks.example.com/spanwise
    timeout: 10s
  email:
    to: [oncall@example.com]
    from: spanwise@example.com
    host: smtp.example.com
    tls: starttls              # none, starttls or tls
    port: 587                  # default 25, 587 or 465, as tls says
    username: spanwise         # default: no login
    password_file: /run/secrets/smtp
    timeout: 10s
""",
    "alerts.route": """\
receiver: team
""",
}
"""How the keys are written that are empty by default."""


def render() -> str:
    """Write the file; reading it back gives the defaults."""
    return _HEAD + "\n".join(_section(StackConfig, "", 0)) + "\n"


def _section(model: type[BaseModel], above: str, depth: int) -> Iterator[str]:
    for name, field in model.model_fields.items():
        key = field.alias or name
        path = f"{above}.{key}".removeprefix(".")
        yield from ([""] if depth == 0 else [])
        yield "  " * depth + f"# {field.description or SAID[path]}"
        if isinstance(field.annotation, type) and issubclass(field.annotation, BaseModel):
            yield "  " * depth + f"{key}:"
            yield from _section(field.annotation, path, depth + 1)
        else:
            yield "  " * depth + f"{key}: {_written(name, field)}"
            yield from ("  " * depth + f"#   {line}" for line in EXAMPLES.get(path, "").splitlines())


def _written(name: str, field: FieldInfo) -> str:
    default: Any = field.get_default(call_default_factory=True, validated_data={})
    if field.alias and name == f"{field.alias}_s":
        return f"{default:g}s"
    plain = str(default) if isinstance(default, Path) else default
    quoted = '"' if isinstance(plain, str) else None
    return yaml.safe_dump(plain, default_style=quoted, width=1000).removesuffix("\n...\n").strip()
