from __future__ import annotations

import json
import subprocess
import time
from collections.abc import Iterable
from itertools import accumulate
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from spanwise_alerts.backtest import backtest, step_of
from spanwise_alerts.errors import AskError
from spanwise_alerts.rules.kinds import rule_of
from spanwise_alerts.sources import NamedSource
from tests.alerts.builders import a_rule
from tests.support.course import Course
from tests.support.prometheus import binary, prometheus
from tests.support.webhook import Delivery, Reply, Server

DAY_S = 86400.0


def collector(values: dict[float, float]) -> Server:
    """Answer each moment with the value that began last."""

    def answer(delivery: Delivery) -> Reply:
        query = parse_qs(urlsplit(delivery.path).query)
        start, end, step = float(query["start"][0]), float(query["end"][0]), float(query["step"][0].removesuffix("s"))
        times = [start + n * step for n in range(int((end - start) // step) + 1)]
        points: list[dict[str, Any]] = [
            {"at": at, "value": [v for begin, v in values.items() if begin <= at][-1], "count": 50} for at in times
        ]
        return Reply(body=json.dumps({"series": [{"labels": {"model": "m"}, "points": points}]}).encode())

    return Server(answer)


async def test_it_says_what_would_have_fired_when_and_how_often():
    course = {0.0: 1.0, 3600.0: 9.0, 5400.0: 16.0, 7200.0: 1.0, 9000.0: 9.0, 10_800.0: 1.0, 80_000.0: 9.0}
    with collector(course) as server:
        result = await backtest(a_rule(), server.url, 0.0, DAY_S, 60.0)
    assert [(each.tier, each.starts_at_s, each.ends_at_s) for each in result.firings] == [
        ("critical", 3600.0, 7200.0), ("warning", 9000.0, 10_800.0), ("warning", 80_040.0, None),
    ]  # fmt: skip
    assert result.firings[0].labels == {"alertname": "llm-latency", "model": "m"}
    assert result.firings[0].value_text == "9 s"
    assert (result.told, result.flaps, result.pages_a_day) == (6, 1, 3.0)
    shown = json.loads(json.dumps(result.to_dict()))
    assert shown["firings"][2]["ends_at_s"] is None
    assert shown["pages_a_day"] == 3.0


async def test_for_counts_between_moments():
    with collector({0.0: 1.0, 600.0: 9.0, 780.0: 1.0, 1200.0: 9.0}) as server:
        rule = a_rule(tiers={"warning": {"above": "8s", "for": "5m"}})
        result = await backtest(rule, server.url, 0.0, 3600.0, 60.0)
    assert [each.starts_at_s for each in result.firings] == [1500.0]


async def test_a_quiet_past_is_no_firing():
    with collector({0.0: 1.0}) as server:
        result = await backtest(a_rule(), server.url, 0.0, DAY_S, 600.0)
    assert (result.firings, result.told, result.flaps, result.pages_a_day) == ((), 0, 0, 0.0)


async def test_a_rule_without_a_past_is_said():
    rule = rule_of({"kind": "dead_man", "name": "alive"})
    with pytest.raises(AskError, match="a rule of kind dead_man has no past"):
        await backtest(rule, "http://127.0.0.1:1", 0.0, DAY_S, 60.0)


@pytest.mark.parametrize(
    ("window", "length_s", "step_s"),
    [("5m", DAY_S, 60.0), ("1m", DAY_S, 30.0), ("10s", 3600.0, 10.0), ("5m", 30 * DAY_S, 260.0)],
)
def test_moments_are_half_a_window_apart_and_no_more_than_can_be_asked(window: str, length_s: float, step_s: float):
    assert step_of(a_rule(window=window), length_s) == step_s


def the_past(folder: Path, lines: Iterable[str]) -> None:
    """Fill a Prometheus's past from OpenMetrics."""
    (folder / "past.om").write_text("\n".join([*lines, "# EOF"]) + "\n")
    command = [binary("promtool"), "tsdb", "create-blocks-from", "openmetrics", folder / "past.om", folder / "tsdb"]
    subprocess.run(command, check=True, capture_output=True)


async def test_rules_that_ask_a_prometheus_are_judged_over_its_past(tmp_path: Path):
    end_s = time.time() // 60 * 60 - 7200.0
    start_s = end_s - 6 * 3600.0
    minutes = [start_s + 60.0 * n for n in range(6 * 60 + 1)]
    spent = list(accumulate(5.0 if 60 <= n < 90 else 0.1 for n in range(len(minutes))))
    the_past(tmp_path, [
        "# TYPE queue_depth gauge",
        *(f'queue_depth{{model="m"}} {50 if 120 <= n < 180 else 1} {at_s:.0f}' for n, at_s in enumerate(minutes)),
        "# TYPE spanwise_llm_cost_usd counter",
        *(f'spanwise_llm_cost_usd_total{{service_name="s"}} {spent[n]} {at_s:.0f}' for n, at_s in enumerate(minutes)),
    ])  # fmt: skip
    deep = {
        "name": "deep",
        "kind": "promql",
        "source": "p",
        "promql": "queue_depth",
        "tiers": {"warning": {"above": 20}},
    }
    dear = {"name": "dear", "source": "p", "measure": "llm.cost", "stat": "sum", "window": "5m",
            "tiers": {"warning": {"above": "$10"}}}  # fmt: skip
    with prometheus(tmp_path) as server:
        sources = [NamedSource.model_validate({"name": "p", "prometheus": {"url": server.url}})]
        found = [await backtest(rule_of(raw), "", start_s, end_s, 60.0, sources) for raw in (deep, dear)]
    (high,) = found[0].firings
    assert (high.labels["model"], high.value_text) == ("m", "50")
    assert (high.starts_at_s, high.ends_at_s) == (minutes[120], minutes[180])
    (spree,) = found[1].firings
    assert minutes[60] < spree.starts_at_s <= minutes[64]
    assert spree.ends_at_s is not None
    assert minutes[90] < spree.ends_at_s <= minutes[96]


async def test_a_source_that_nobody_knows_is_said():
    rule = rule_of({"name": "x", "kind": "promql", "source": "p", "promql": "up", "tiers": {"warning": {"above": 1}}})
    with pytest.raises(AskError, match=r"nobody is known as 'p'; it stands under alerts\.sources"):
        await backtest(rule, "", 0.0, 60.0, 60.0)


async def test_an_anomaly_rule_learns_from_before_and_is_judged_at_the_ends_of_its_points():
    course = Course()
    begin_s = 1_780_272_000.0
    course.trouble_s, course.calm_s = begin_s + 1800.0, begin_s + 2400.0
    rule = rule_of({
        "name": "odd", "kind": "anomaly", "measure": "llm.duration", "stat": "p95", "by": ["model"], "history": "4h",
        "false_alarms": "1/month", "keep_firing_for": "5m",
    })  # fmt: skip
    with Server(course) as collector:
        found = await backtest(rule, collector.url, begin_s + 7.0, begin_s + 3607.0, 10.0)
    assert found.step_s == 60.0
    assert course.stretches[0][0] == begin_s + 60.0 - 4 * 3600.0
    (firing,) = found.firings
    assert firing.labels["model"] == "odd"
    assert firing.starts_at_s == course.trouble_s
    assert firing.ends_at_s is not None
    assert course.calm_s <= firing.ends_at_s <= course.calm_s + 1800.0
