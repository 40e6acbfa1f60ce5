from __future__ import annotations

import json
from pathlib import Path

import pytest

from spanwise_alerts.command import main
from tests.support.webhook import Delivery, Reply, Server

RULE = """
rules:
  - {name: slow, measure: llm.duration, stat: p95, by: [model], tiers: {warning: {above: 8s}}}
  - {name: other, measure: llm.duration, stat: p95, tiers: {warning: {above: 8s}}}
"""


def slow(delivery: Delivery) -> Reply:
    end = float(delivery.path.partition("end=")[2].partition("&")[0])
    points = [{"at": end - 600 + n * 60, "value": 9.0 if n > 5 else 1.0, "count": 50} for n in range(11)]
    return Reply(body=json.dumps({"series": [{"labels": {"model": "m"}, "points": points}]}).encode())


def test_what_would_have_fired_is_shown(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    path = tmp_path / "rules.yaml"
    path.write_text(RULE)
    with Server(slow) as server:
        arguments = ["backtest", str(path), "--rule", "slow", "--since", "10m", "--collector", server.url]
        assert main([*arguments, "--step", "1m"]) == 0
        shown = capsys.readouterr().out
        assert main([*arguments, "--json"]) == 0
        (result,) = json.loads(capsys.readouterr().out)
    assert shown.startswith("slow: 1 firings, 144.00 a day, 0 flaps, 1 messages; looked every 60 s\n")
    for cell in ("warning", "model=m", "still fires", "9 s"):
        assert cell in shown
    assert (result["rule"], len(result["firings"]), result["step_s"]) == ("slow", 1, 60.0)


@pytest.mark.parametrize(
    ("arguments", "wanted"),
    [
        (["--rule", "none"], "--rule: got 'none', expected one of slow, other"),
        (["--since", "x"], "--since: got 'x'"), (["--step", "0"], "--step: got '0', expected more than 0s"),
        ([], "slow: http://127.0.0.1:1 did not answer"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], wanted: str):
    path = tmp_path / "rules.yaml"
    path.write_text(RULE)
    assert main(["backtest", str(path), "--collector", "http://127.0.0.1:1", *arguments]) == 1
    assert wanted in capsys.readouterr().err
