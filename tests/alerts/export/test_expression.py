"""Prometheus fires where our own evaluation does: the same story is told to both, and asked at the same moments."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Mapping, Sequence
from itertools import accumulate
from pathlib import Path
from typing import Any

import pytest
import yaml

from spanwise_alerts.ask.promql import LABEL_OF
from spanwise_alerts.config import load_rules
from spanwise_alerts.errors import AskError
from spanwise_alerts.export.expression import expressions
from spanwise_alerts.export.groups import exported
from spanwise_alerts.rule import TIERS, Rule
from spanwise_alerts.rule_test import run_file
from spanwise_alerts.rules.kinds import rule_of
from tests.support.prometheus import binary

Fires = Mapping[str, Sequence[tuple[dict[str, str], str]]]
"""By moment, the series that fire with the gravest tier of each."""

LLM = "gen_ai_client_operation_duration_seconds"


def rising(*phases: tuple[float, int]) -> str:
    """Write a counter that grows by so much a minute, for so many minutes; phases one after the other."""
    steps = [step for step, minutes in phases for _ in range(minutes)]
    return " ".join(f"{value:g}" for value in accumulate(steps, initial=0))


def agree(tmp_path: Path, raw: dict[str, Any], ours: list[dict[str, Any]], scraped: dict[str, str], fires: Fires):
    """Hold that a rule fires at moments as it is told here, judged by ourselves and by promtool."""
    (tmp_path / "rules.yaml").write_text(json.dumps({"rules": [{"summary": "", **raw}]}))
    moments = [
        {
            "eval_time": moment,
            "alertname": raw["name"],
            "exp_alerts": [{"exp_labels": {**labels, "severity": tier}} for labels, tier in alerts],
        }
        for moment, alerts in fires.items()
    ]
    story = {"name": "story", "interval": "1m", "input_series": ours, "alert_rule_test": moments}
    (tmp_path / "ours.yaml").write_text(json.dumps({"rule_files": ["rules.yaml"], "tests": [story]}))
    assert run_file(tmp_path / "ours.yaml", "ours.yaml") == (len(moments), [])

    (rule,) = load_rules(yaml.safe_load((tmp_path / "rules.yaml").read_text()), "rules.yaml")
    (tmp_path / "rules.yml").write_text(exported([rule]).yaml())
    story = {
        "interval": "1m",
        "input_series": [{"series": series, "values": values} for series, values in scraped.items()],
        "alert_rule_test": [{**moment, "exp_alerts": in_prometheus(rule, fires)} for moment, fires in told(moments)],
    }
    (tmp_path / "test.yml").write_text(
        json.dumps({"rule_files": ["rules.yml"], "evaluation_interval": "1m", "tests": [story]})
    )
    ran = subprocess.run(
        [binary("promtool"), "test", "rules", "test.yml"], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr + (tmp_path / "rules.yml").read_text()


def told(moments: list[dict[str, Any]]) -> list[tuple[dict[str, Any], list[dict[str, str]]]]:
    return [(moment, [alert["exp_labels"] for alert in moment["exp_alerts"]]) for moment in moments]


def in_prometheus(rule: Rule, fires: list[dict[str, str]]) -> list[dict[str, Any]]:
    """Each tier up to ours is an alert there."""
    found: list[dict[str, Any]] = []
    for labels in fires:
        dimensions = {LABEL_OF.get(name, name): value for name, value in labels.items() if name != "severity"}
        reached = TIERS[: TIERS.index(labels["severity"]) + 1]
        found += [
            {"exp_labels": {**dimensions, **rule.labels, "severity": tier}}
            for tier in rule.tier_names()
            if tier in reached
        ]
    return found


def test_a_threshold_on_a_percentile_rises_holds_until_it_clears_and_ends(tmp_path: Path):
    rule = {
        "name": "llm-latency", "measure": "llm.duration", "stat": "p95", "by": ["provider", "model"],
        "where": {"environment": "prod"}, "min_count": 20, "labels": {"team": "ai"},
        "tiers": {"warning": {"above": "8s", "for": "2m"},
                  "critical": {"above": "15s", "for": "1m", "clear_below": "12s"}},
    }  # fmt: skip
    one, other = {"provider": "openai", "model": "a"}, {"provider": "openai", "model": "b"}
    prod = {"environment": "prod"}
    scraped = {}
    # 100 calls a minute; p95 of 4.9, 20, 14.1, 10, 4.9 seconds, and of the other model 4.9 and 14.1
    for model, fast, middling in (
        ("a", ((100, 10), (0, 30), (100, 10)), ((100, 10), (0, 10), (92, 10), (100, 20))),
        ("b", ((100, 10), (0, 40)), ((100, 10), (92, 40))),
    ):
        labels = f'gen_ai_provider_name="openai", gen_ai_request_model="{model}", environment="prod"'
        for le, phases in (("5.12", fast), ("10.24", middling), ("20.48", ((100, 50),)), ("+Inf", ((100, 50),))):
            scraped[f'{LLM}_bucket{{{labels}, le="{le}"}}'] = rising(*phases)
        scraped[f"{LLM}_count{{{labels}}}"] = rising((100, 50))
    ours = [
        {
            "measure": "llm.duration",
            "stat": "p95",
            "labels": {**one, **prod},
            "values": "4.9sx10 20sx9 14.1sx9 10sx9 4.9sx9",
        },
        {"measure": "llm.duration", "stat": "p95", "labels": {**other, **prod}, "values": "4.9sx10 14.1sx39"},
    ]
    mild = (other, "warning")
    agree(tmp_path, rule, ours, scraped, {
        "9m": [], "19m": [(one, "critical"), mild], "29m": [(one, "critical"), mild], "39m": [(one, "warning"), mild],
        "49m": [mild],
    })  # fmt: skip


@pytest.mark.parametrize(
    ("no_data", "silent"),
    [("ok", []), ("keep", [({"model": "a"}, "critical")]), ("alert", [({"model": "a"}, "critical")])],
)
def test_silence_is_what_the_rule_says(tmp_path: Path, no_data: str, silent: list[tuple[dict[str, str], str]]):
    rule = {
        "name": "slow", "measure": "llm.duration", "stat": "mean", "by": ["model"], "no_data": no_data,
        "tiers": {"warning": {"above": "8s"}, "critical": {"above": "15s"}},
    }  # fmt: skip
    ours = [
        {"measure": "llm.duration", "stat": "mean", "labels": {"model": "a"}, "values": "20sx10 _x20"},
        {"measure": "llm.duration", "stat": "count", "labels": {"model": "a"}, "values": "10x10 0x20"},
    ]
    scraped = {
        f'{LLM}_sum{{gen_ai_request_model="a"}}': rising((200, 10), (0, 20)),
        f'{LLM}_count{{gen_ai_request_model="a"}}': rising((10, 10), (0, 20)),
    }
    agree(tmp_path, rule, ours, scraped, {"8m": [({"model": "a"}, "critical")], "25m": silent})


def test_what_came_within_a_day_and_comes_no_more_breaches_the_mildest_tier(tmp_path: Path):
    rule = {
        "name": "slow", "measure": "llm.duration", "stat": "mean", "by": ["model"], "no_data": "alert",
        "tiers": {"info": {"above": "8s"}, "critical": {"above": "15s"}},
    }  # fmt: skip
    ours = [
        {"measure": "llm.duration", "stat": "mean", "labels": {"model": "a"}, "values": "1sx10 _x20"},
        {"measure": "llm.duration", "stat": "count", "labels": {"model": "a"}, "values": "10x10 0x20"},
    ]
    scraped = {
        f'{LLM}_sum{{gen_ai_request_model="a"}}': rising((10, 10), (0, 20)),
        f'{LLM}_count{{gen_ai_request_model="a"}}': rising((10, 10), (0, 20)),
    }
    agree(tmp_path, rule, ours, scraped, {"8m": [], "25m": [({"model": "a"}, "info")]})


def test_absence_of_what_came_before(tmp_path: Path):
    rule = {
        "name": "agent-silent", "kind": "absence", "measure": "run.count", "by": ["agent"], "window": "10m",
        "tiers": {"warning": {}, "critical": {"for": "20m"}},
    }  # fmt: skip
    ours = [{"measure": "run.count", "stat": "count", "labels": {"agent": "a"}, "values": "5x30 0x60"}]
    scraped = {'spanwise_run_duration_seconds_count{gen_ai_agent_name="a"}': rising((5, 30), (0, 60))}
    agree(tmp_path, rule, ours, scraped, {
        "35m": [], "45m": [({"agent": "a"}, "warning")], "70m": [({"agent": "a"}, "critical")],
    })  # fmt: skip


@pytest.mark.parametrize(
    ("by", "expect", "silent"),
    [
        (["agent"], [{"agent": "a"}, {"agent": 'b"$1'}], {"agent": 'b"$1'}),
        (["agent", "service"], [{"agent": "a"}, {"agent": "a", "service": "s"}], {"agent": "a", "service": "s"}),
    ],
)
def test_absence_of_what_is_listed(
    tmp_path: Path, by: list[str], expect: list[dict[str, str]], silent: dict[str, str]
):  # fmt: skip
    rule = {
        "name": "import", "kind": "absence", "measure": "run.count", "by": by, "expect": expect,
        "tiers": {"critical": {}},
    }  # fmt: skip
    ours = [{"measure": "run.count", "stat": "count", "labels": {"agent": "a"}, "values": "5x30"}]
    scraped = {'spanwise_run_duration_seconds_count{gen_ai_agent_name="a"}': rising((5, 30))}
    agree(tmp_path, rule, ours, scraped, {"10m": [(silent, "critical")], "20m": [(silent, "critical")]})


def test_a_burn_rate_pages_while_both_windows_burn_and_warns_for_longer(tmp_path: Path):
    rule = {"name": "model-errors", "kind": "burn_rate", "measure": "llm.errors", "by": ["provider"],
            "objective": "99.5%", "min_count": 100}  # fmt: skip
    ours = [{
        "measure": "llm.errors", "stat": "ratio", "labels": {"provider": "openai"},
        "values": "0x120 0.5x59 0x120", "counts": "100x300",
    }]  # fmt: skip
    scraped = {
        f'{LLM}_count{{gen_ai_provider_name="openai"}}': rising((100, 120), (50, 60), (100, 120)),
        f'{LLM}_count{{gen_ai_provider_name="openai", error_type="429"}}': rising((0, 120), (50, 60), (0, 120)),
        f'{LLM}_count{{gen_ai_provider_name="quiet"}}': rising((0.1, 300)),
        f'{LLM}_count{{gen_ai_provider_name="quiet", error_type="429"}}': rising((0.1, 300)),
    }
    of = {"provider": "openai"}
    agree(tmp_path, rule, ours, scraped, {
        "1h59m": [], "2h30m": [(of, "critical")], "4h": [(of, "warning")],
    })  # fmt: skip


def test_a_change_against_the_window_before(tmp_path: Path):
    rule = {"name": "jump", "kind": "change", "measure": "llm.calls", "stat": "count", "window": "10m", "min_count": 50,
            "tiers": {"warning": {"above": "50%"}, "critical": {"above": "200%"}}}  # fmt: skip
    ours = [{"measure": "llm.calls", "stat": "count", "values": "10x20 50x30"}]
    scraped = {f'{LLM}_count{{service_name="s"}}': rising((10, 21), (50, 30))}
    agree(tmp_path, rule, ours, scraped, {"20m": [], "30m": [({}, "critical")], "45m": []})


@pytest.mark.parametrize(
    ("tier", "values"),
    [
        ({"above": 10, "clear_below": 5}, "7x4 20x4 7x4 5x4 3x4"),
        ({"below": 10, "clear_above": 15}, "12x4 3x4 12x4 15x4 20x4"),
    ],
)
def test_an_expression_of_the_users_own_holds_until_it_clears(tmp_path: Path, tier: dict[str, int], values: str):
    rule = {
        "name": "queue", "kind": "promql", "source": "prometheus", "promql": "sum by (job) (waiting)", "by": ["job"],
        "labels": {"team": "ai"}, "tiers": {"critical": tier},
    }  # fmt: skip
    ours = [{"promql": "sum by (job) (waiting)", "labels": {"job": "a"}, "values": values}]
    busy = [({"job": "a"}, "critical")]
    fires = {"3m": [], "8m": busy, "13m": busy, "18m": busy, "23m": []}
    agree(tmp_path, rule, ours, {'waiting{job="a", pod="1"}': values}, fires)


def test_a_heartbeat_always_fires(tmp_path: Path):
    rule = {"name": "heartbeat", "kind": "dead_man"}
    agree(tmp_path, rule, [{"promql": "x", "values": "1"}], {"x": "1"}, {"1m": [({}, "info")]})


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        ({"kind": "budget", "measure": "llm.cost", "limit": "$5", "by": ["user"]}, "midnight"),
        ({"kind": "unanswered"}, "only the alert manager knows"),
        ({"kind": "runaway"}, "runs in flight are no series"),
        ({"measure": "llm.duration", "stat": "max", "tiers": {"info": {"above": "1s"}}}, "greatest"),
        (
            {"measure": "llm.duration", "stat": "p95", "tiers": {"info": {"above": "2m"}}},
            "last bucket .* ends at 81.92",
        ),
        ({"measure": "llm.cost", "stat": "sum", "tiers": {"info": {"below": 1}}}, "does not count"),
        ({"measure": "llm.cost", "stat": "sum", "min_count": 2, "tiers": {"info": {"above": 1}}}, "does not count"),
        ({"kind": "absence", "measure": "run.count", "expect": [], "tiers": {"info": {}}}, "lists nothing"),
        (
            {"measure": "tool.calls", "stat": "rate", "by": ["operation"], "tiers": {"info": {"above": 1}}},
            "no label for 'operation'",
        ),
    ],
)
def test_what_cannot_be_told_is_refused_with_the_reason(raw: dict[str, Any], reason: str):
    with pytest.raises(AskError, match=reason):
        expressions(rule_of({"name": "x", **raw}), "x")


def test_what_is_below_a_bound_must_have_come():
    rule = rule_of({"name": "x", "measure": "llm.calls", "stat": "sum", "tiers": {"info": {"below": 5}}})
    assert "(round(sum (increase(" in expressions(rule, "x").tiers["info"]
