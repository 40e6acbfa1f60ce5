"""`spanwise alerts test`: unit tests of rules."""

from __future__ import annotations

import argparse
from pathlib import Path

from spanwise_alerts.commands.terminal import complain, say, say_json

HELP = "run unit tests of rules"
EXAMPLES = """\
examples:
  spanwise alerts test rules/latency_test.yaml

A test file:
  rule_files: [latency.yaml]
  tests:
    - name: a slow model pages after a minute
      interval: 1m
      input_series:
        - {measure: llm.duration, stat: p95, labels: {provider: openai, model: gpt-4o}, values: 3s 16sx5}
      alert_rule_test:
        - {eval_time: 1m, alertname: llm-latency}
        - eval_time: 3m
          alertname: llm-latency
          exp_alerts: [{exp_labels: {model: gpt-4o, severity: critical}}]
"""


def arguments(parser: argparse.ArgumentParser) -> None:
    """Say what the command takes."""
    parser.add_argument("files", nargs="+", metavar="FILE", type=Path, help="a file with `tests:`")
    parser.add_argument("--json", action="store_true", help="print JSON")


def run(options: argparse.Namespace) -> int:
    """Run the command and give its exit status."""
    from spanwise_alerts.rule_test import run_file

    count, unmet = 0, list[str]()
    for path in options.files:
        found, failed = run_file(path, str(path))
        count += found
        unmet += failed
    if options.json:
        say_json({"ok": not unmet, "expectations": count, "unmet": unmet})
    else:
        for text in unmet:
            complain(text)
        say(f"{count} expectations, {len(unmet)} not met" if unmet else f"ok: {count} expectations")
    return 1 if unmet else 0
