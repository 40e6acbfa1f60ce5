"""A backtest over a real collector's past finds what the live rule would have told."""

from __future__ import annotations

import json
import time
import urllib.request
from pathlib import Path
from typing import Any

import pytest

from spanwise_alerts.command import main
from tests.support.otlp import request, span
from tests.support.up import running

RULES = """
rules:
  - {name: slow, measure: llm.duration, stat: p95, by: [model], window: 1m, min_count: 5, tiers: {warning: {above: 8s}}}
  - name: failing
    kind: burn_rate
    measure: llm.errors
    objective: 90%
    tiers: {critical: [{long: 10m, short: 2m, rate: 5}]}
  - {name: spent, kind: budget, measure: llm.tokens.input, limit: 4000, period: day, tiers: {info: {at: 50%}}}
  - {name: steady, measure: llm.duration, stat: p50, window: 1m, tiers: {warning: {above: 30s}}}
"""
MINUTES = 30
DAY_S = 86_400
NANO = 10**9


def course(now_s: float) -> bytes:
    """Ten calls a minute; between the 20th and the 10th minute before now they take 20 s and fail."""
    spans = []
    for minute in range(MINUTES):
        for call in range(10):
            end_ns = int((now_s - (MINUTES - minute) * 60 + call * 5) * NANO)
            bad = 10 <= minute < 20
            told: dict[str, Any] = {
                "gen_ai.operation.name": "chat",
                "gen_ai.request.model": "m",
                "gen_ai.provider.name": "openai",
            }
            told |= {"gen_ai.usage.input_tokens": 10}
            number = minute * 10 + call + 1
            spans.append(
                span(
                    "chat m", {**told, **({"error.type": "timeout"} if bad else {})},
                    trace_id=number.to_bytes(16, "big"), span_id=number.to_bytes(8, "big"),
                    start_ns=end_ns - (20 if bad else 1) * NANO, end_ns=end_ns,
                )
            )  # fmt: skip
    return request(spans).SerializeToString()


def test_rules_are_judged_over_what_the_collector_kept(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    (tmp_path / "rules.yaml").write_text(RULES)
    now_s = time.time()
    with running(tmp_path) as up:
        post = urllib.request.Request(up.otlp, course(now_s), {"Content-Type": "application/x-protobuf"})
        with urllib.request.urlopen(post, timeout=30) as answer:
            assert answer.status == 200
        arguments = ["backtest", str(tmp_path / "rules.yaml"), "--since", "35m", "--step", "30s", "--json"]
        assert main([*arguments, "--collector", up.http]) == 0
    slow, failing, spent, steady = json.loads(capsys.readouterr().out)
    (firing,) = slow["firings"]
    assert firing["labels"] == {"alertname": "slow", "model": "m"}
    assert_between(firing, now_s, begins=(10, 12), ends=(20, 22))
    (firing,) = failing["firings"]
    assert firing["tier"] == "critical"
    assert_between(firing, now_s, begins=(10, 18), ends=(20, 23))
    assert steady["firings"] == []
    # of 3,000 tokens 2,000 are half of the day's; unless the day began within the course
    if now_s % DAY_S > 3600:
        (firing,) = spent["firings"]
        assert_between({**firing, "ends_at_s": now_s}, now_s, begins=(19, 21), ends=(30, 30))
    assert slow["flaps"] == failing["flaps"] == 0


def assert_between(
    firing: dict[str, Any], now_s: float, begins: tuple[float, float], ends: tuple[float, float]
) -> None:
    """Hold a firing to minutes of the course."""
    began, ended = ((at_s - now_s) / 60 + MINUTES for at_s in (firing["starts_at_s"], firing["ends_at_s"]))
    assert begins[0] <= began <= begins[1]
    assert ends[0] <= ended <= ends[1]
