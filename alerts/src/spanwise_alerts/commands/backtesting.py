"""`spanwise alerts backtest`: what a rule would have told."""

from __future__ import annotations

import argparse
import asyncio
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from spanwise_alerts.commands.sections import read_rules
from spanwise_alerts.commands.terminal import CommandError, pairs, say, say_json, say_table

if TYPE_CHECKING:
    from spanwise_alerts.backtest import Backtest

HELP = "say what rules would have told over the past"
EXAMPLES = """\
examples:
  spanwise alerts backtest rules/latency.yaml --since 30d
  spanwise alerts backtest rules/latency.yaml --rule llm-latency --since 7d --step 1m --json
  spanwise alerts backtest spanwise.yaml --rule run-cost --collector http://127.0.0.1:8750

Rules are judged as they are live, at moments that are --step apart. A rule with another `source` asks that: give the
spanwise.yaml whose alerts.sources names it.
"""


def arguments(parser: argparse.ArgumentParser) -> None:
    """Say what the command takes."""
    parser.add_argument("file", metavar="FILE", type=Path, help="a rule file, or a spanwise.yaml")
    parser.add_argument("--rule", metavar="NAME", help="only this one of it")
    parser.add_argument(
        "--since", metavar="DURATION", default="7d", help="how long ago it begins (default: %(default)s)"
    )
    parser.add_argument(
        "--step", metavar="DURATION", help="between moments (default: half the window, a minute at most)"
    )
    parser.add_argument("--collector", metavar="URL", default="http://127.0.0.1:8750", help="(default: %(default)s)")
    parser.add_argument("--json", action="store_true", help="print JSON")


def run(options: argparse.Namespace) -> int:
    """Run the command and give its exit status."""
    from spanwise_alerts.backtest import backtest, step_of
    from spanwise_alerts.errors import AskError

    length_s = _seconds("--since", options.since)
    end_s = time.time()  # noqa: TID251  the clock comes in here
    found: list[Backtest] = []
    rules, config = read_rules(options.file, options.rule)
    for rule in rules:
        step_s = step_of(rule, length_s) if options.step is None else _seconds("--step", options.step)
        try:
            judging = backtest(rule, options.collector, end_s - length_s, end_s, step_s, config.sources)
            found.append(asyncio.run(judging))
        except AskError as error:
            raise CommandError(f"{rule.name}: {error} (--collector says who is asked)") from error
    if options.json:
        say_json([result.to_dict() for result in found])
        return 0
    for result in found:
        _tell(result)
    return 0


def _tell(result: Backtest) -> None:
    say(
        f"{result.rule}: {len(result.firings)} firings, {result.pages_a_day:.2f} a day, {result.flaps} flaps, "
        f"{result.told} messages; looked every {result.step_s:g} s"
    )
    if result.firings:
        rows = [
            (
                each.tier, pairs(each.labels, "alertname"), _moment(each.starts_at_s),
                "still fires" if each.ends_at_s is None else _moment(each.ends_at_s), each.value_text, each.summary,
            )
            for each in result.firings
        ]  # fmt: skip
        say_table(("Tier", "Labels", "From", "To", "Value", "Summary"), rows)


def _moment(at_s: float) -> str:
    return datetime.fromtimestamp(at_s, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _seconds(flag: str, text: str) -> float:
    from spanwise_alerts.quantity import seconds

    try:
        found_s = seconds(text)
    except ValueError as error:
        raise CommandError(f"{flag}: {error}") from error
    if found_s <= 0:
        raise CommandError(f"{flag}: got {text!r}, expected more than 0s")
    return found_s
