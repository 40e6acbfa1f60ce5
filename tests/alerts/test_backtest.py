from __future__ import annotations

import json
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from spanwise_alerts.backtest import backtest, step_of
from spanwise_alerts.errors import AskError
from spanwise_alerts.rules.kinds import rule_of
from tests.alerts.builders import a_rule
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
    with pytest.raises(AskError, match="a rule of kind dead_man has no past in the collector"):
        await backtest(rule, "http://127.0.0.1:1", 0.0, DAY_S, 60.0)


@pytest.mark.parametrize(
    ("window", "length_s", "step_s"),
    [("5m", DAY_S, 60.0), ("1m", DAY_S, 30.0), ("10s", 3600.0, 10.0), ("5m", 30 * DAY_S, 260.0)],
)
def test_moments_are_half_a_window_apart_and_no_more_than_can_be_asked(window: str, length_s: float, step_s: float):
    assert step_of(a_rule(window=window), length_s) == step_s
