from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from spanwise_alerts.export.groups import exported
from spanwise_alerts.export.sentence import SentenceError, literal, sentence
from spanwise_alerts.rules.kinds import rule_of
from tests.support.prometheus import binary

RAW: dict[str, Any] = {
    "name": "slow", "measure": "llm.duration", "stat": "mean", "by": ["provider", "model"], "labels": {"team": "ai"},
    "tiers": {"warning": {"above": "8s"}},
}  # fmt: skip
BURN: dict[str, Any] = {"name": "burn", "kind": "burn_rate", "measure": "llm.errors", "objective": "99.5%"}


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("{{ model }}: {{ value }}", "{{ $labels.gen_ai_request_model }}: {{ $value | humanizeDuration }}"),
        ("{{ model or provider or 'a model' }}",
         '{{ or $labels.gen_ai_request_model $labels.gen_ai_provider_name "a model" }}'),
        ("{{ labels.model }} {{ labels.team }} {{ labels.severity }}", "{{ $labels.gen_ai_request_model }} ai warning"),
        ("{{ rule }} {{ tier }} {{ status }}: {{ stat }} of {{ measure }} in {{ window }} over {{ threshold }}",
         "slow warning firing: mean of llm.duration in 5m over 8 s"),
        ("a\n  b {% raw %}{{ c }}{% endraw %}", 'a b {{ "{{" }} c }}'),
    ],
)  # fmt: skip
def test_names_become_labels_and_the_value_and_what_is_known_now_is_text(text: str, wanted: str):
    assert sentence(text, rule_of({**RAW, "summary": text}), "warning") == wanted


@pytest.mark.parametrize(
    ("measure", "stat", "above", "wanted"),
    [
        ("llm.errors", "ratio", "5%", "{{ $value | humanizePercentage }}"),
        ("llm.cost", "sum", "$5", '${{ $value | printf "%.4g" }}'),
        ("llm.tokens.input", "rate", 5, "{{ $value | humanize }} tokens/s"),
        ("llm.duration", "count", 5, "{{ $value | humanize }}"),
    ],
)
def test_a_value_is_told_in_its_unit(measure: str, stat: str, above: object, wanted: str):
    rule = rule_of({**RAW, "measure": measure, "stat": stat, "tiers": {"info": {"above": above}}})
    assert sentence("{{ value }}", rule, "info") == wanted


def test_a_burn_rate_knows_its_windows_where_a_tier_has_one_pair():
    rule = rule_of(BURN)
    assert sentence("{{ objective }} {{ long }} {{ short }}", rule, "warning") == "99.5 % 72h 6h"
    with pytest.raises(SentenceError, match="does not know `long`"):
        sentence("{{ long }}", rule, "critical")


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("{{ count }} calls", "does not know `count`"),
        ("{% if model %}x{% endif %}", "no statements"),
        ("{{ model | upper }}", "nothing else of it"),
        ("{{ labels.unknown }}", "nothing else of it"),
        ("{{ model", "no Jinja2 template"),
    ],
)
def test_what_prometheus_does_not_know_is_refused_with_the_reason(text: str, reason: str):
    with pytest.raises(SentenceError, match=reason):
        sentence(text, rule_of(RAW), "warning")


def test_a_text_stands_as_it_is():
    assert literal("50 {{ x }}") == '50 {{ "{{" }} x }}'


def test_prometheus_says_what_was_written(tmp_path: Path):
    rule = rule_of({
        **RAW, "summary": "{{ labels.team }}: {{ model or 'a model' }} of {{ provider or 'nobody' }} takes {{ value }}",
        "description": "{% raw %}{{ as is }}{% endraw %} $5", "runbook": "https://example.com/{{x}}",
    })  # fmt: skip
    (tmp_path / "rules.yml").write_text(exported([rule]).yaml())
    metric, labels = "gen_ai_client_operation_duration_seconds", '{gen_ai_request_model="m"}'
    alert = {
        "exp_labels": {"severity": "warning", "team": "ai", "gen_ai_request_model": "m"},
        "exp_annotations": {
            "summary": "ai: m of nobody takes 20s", "description": "{{ as is }} $5",
            "runbook_url": "https://example.com/{{x}}",
        },
    }  # fmt: skip
    test = {
        "interval": "1m",
        "input_series": [
            {"series": f"{metric}_sum{labels}", "values": "0+200x10"},
            {"series": f"{metric}_count{labels}", "values": "0+10x10"},
        ],
        "alert_rule_test": [{"eval_time": "8m", "alertname": "slow", "exp_alerts": [alert]}],
    }
    (tmp_path / "test.yml").write_text(json.dumps({"rule_files": ["rules.yml"], "tests": [test]}))
    ran = subprocess.run(
        [binary("promtool"), "test", "rules", "test.yml"], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr
