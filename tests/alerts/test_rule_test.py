from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from spanwise_alerts.faults import ConfigError
from spanwise_alerts.rule_test import run_file, values_of

RULES: dict[str, dict[str, Any]] = {
    "llm-latency": {
        "measure": "llm.duration", "stat": "p95", "by": ["model"], "min_count": 20,
        "tiers": {"warning": {"above": "8s", "for": "2m"}, "critical": {"above": "15s", "clear_below": "12s"}},
        "summary": "{{ model }} is {{ value }}",
    },
    "llm-errors": {
        "measure": "llm.errors", "stat": "ratio", "window": "5m", "where": {"environment": "prod"},
        "tiers": {"warning": {"above": "10%"}},
    },
    "many-calls": {
        "measure": "llm.calls", "stat": "count", "window": "3m", "tiers": {"info": {"above": 100}},
    },
}  # fmt: skip
SLOW = {"measure": "llm.duration", "stat": "p95", "labels": {"model": "m", "provider": "p"}}


def run(folder: Path, series: list[dict[str, Any]], *tests: dict[str, Any], **more: Any) -> list[str]:
    (folder / "rules.yaml").write_text(yaml.safe_dump({"rules": [{"name": n, **rule} for n, rule in RULES.items()]}))
    story = {"name": "story", "interval": "1m", "input_series": series, "alert_rule_test": list(tests), **more}
    path = folder / "test.yaml"
    path.write_text(yaml.safe_dump({"rule_files": ["*rules.yaml"], "tests": [story]}))
    count, unmet = run_file(path, "test.yaml")
    assert count == len(tests)
    return unmet


def at(moment: str, rule: str, *alerts: dict[str, Any]) -> dict[str, Any]:
    return {"eval_time": moment, "alertname": rule, "exp_alerts": list(alerts)}


def fires(tier: str, summary: str = "", **labels: str) -> dict[str, Any]:
    texts = {"exp_annotations": {"summary": summary}} if summary else {}
    return {"exp_labels": {"severity": tier, **labels}, **texts}


def test_tiers_waits_and_hysteresis_are_as_live(tmp_path: Path):
    series = [{**SLOW, "values": "3s 9sx2 16s 13sx1 9sx1 1sx2"}]
    assert run(
        tmp_path, series, at("2m", "llm-latency"), at("3m", "llm-latency", fires("warning", "m is 9 s", model="m")),
        at("4m", "llm-latency", fires("critical")), at("6m", "llm-latency", fires("critical")),
        at("7m", "llm-latency", fires("warning")), at("9m", "llm-latency"),
    ) == []  # fmt: skip


def test_counts_of_a_window_are_added_up_and_shares_are_weighed(tmp_path: Path):
    prod = {"measure": "llm.errors", "stat": "ratio", "labels": {"environment": "prod"}}
    dev = {"measure": "llm.errors", "stat": "ratio", "labels": {"environment": "dev"}, "values": "100%x9"}
    series = [
        {**prod, "values": "0x3 100% 0x4", "counts": "10x3 9 100x4"}, dev,
        {"measure": "llm.calls", "stat": "count", "values": "40x2 _x9"},
    ]  # fmt: skip
    assert run(
        tmp_path, series, at("4m", "llm-errors", fires("warning")), at("8m", "llm-errors"), at("1m", "many-calls"),
        at("2m", "many-calls", fires("info")), at("3m", "many-calls"),
    ) == []  # fmt: skip


def test_too_few_observations_breach_nothing(tmp_path: Path):
    assert run(tmp_path, [{**SLOW, "values": "9sx5", "counts": "19x5"}], at("5m", "llm-latency")) == []


@pytest.mark.parametrize(
    ("test", "wanted"),
    [
        (at("5m", "llm-latency"), "llm-latency at 300s: expected nothing more, got {'alertname': 'llm-latency'"),
        (at("1m", "llm-latency", fires("info")), "llm-latency at 60s: expected {'severity': 'info'}, got nothing"),
        (at("5m", "llm-latency", fires("critical")), "llm-latency at 300s: expected {'severity': 'critical'}, got"),
        (at("5m", "llm-latency", fires("warning", "x")), "expected {'severity': 'warning'} {'summary': 'x'}, got"),
    ],
)
def test_what_is_not_met_says_what_was_expected_and_what_came(tmp_path: Path, test: dict[str, Any], wanted: str):
    (unmet,) = run(tmp_path, [{**SLOW, "values": "9sx9"}], test)
    assert wanted in unmet


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("1 2 3", [1, 2, 3]), ("5x3", [5, 5, 5, 5]), ("1+2x3", [1, 3, 5, 7]), ("4-1x2", [4, 3, 2]), ("_", [None]),
        ("_x2", [None] * 3), ("8s 500ms", [8, 0.5]), ("5%", [0.05]), ("$1+$0.5x1", [1, 1.5]), ("", []),
    ],
)  # fmt: skip
def test_values_are_in_promtools_notation(text: str, wanted: list[float | None]):
    assert values_of(text) == pytest.approx(wanted)


@pytest.mark.parametrize("text", ["x", "1+2", "1y2", "1x", "1x200000", "--1"])
def test_what_is_no_value_is_refused(text: str):
    with pytest.raises(ValueError, match=r"expected|got"):
        values_of(text)


@pytest.mark.parametrize(
    ("series", "test", "wanted"),
    [
        ([{**SLOW, "values": "a"}], at("1m", "llm-latency"), "tests[0].input_series[0].values: got 'a', expected"),
        ([{**SLOW, "stat": "", "values": "1"}], at("1m", "llm-latency"), "input_series[0]: expected `measure` and"),
        ([], at("1m", "latency"), "tests[0].alert_rule_test[0].alertname: got 'latency', expected one of"),
        ([], at("x", "llm-latency"), "tests[0].alert_rule_test[0].eval_time: got 'x'"),
    ],
)
def test_a_faulty_file_says_where(tmp_path: Path, series: list[Any], test: dict[str, Any], wanted: str):
    with pytest.raises(ConfigError) as raised:
        run(tmp_path, series, test)
    assert any(wanted in str(fault) for fault in raised.value.faults), raised.value


def test_a_rule_file_that_is_not_there_is_a_fault(tmp_path: Path):
    test = {"name": "t", "input_series": [], "alert_rule_test": [at("1m", "x")]}
    (tmp_path / "t.yaml").write_text(yaml.safe_dump({"rule_files": ["none.yaml"], "tests": [test]}))
    with pytest.raises(ConfigError, match=r"rule_files\[0\]: got 'none.yaml', expected a file that exists"):
        run_file(tmp_path / "t.yaml", "t.yaml")
