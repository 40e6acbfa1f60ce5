"""`spanwise alerts assign`: say who looks after alerts."""

from __future__ import annotations

import argparse

from spanwise_alerts.commands.acting import act, add_alerts

HELP = "say who looks after alerts"
EXAMPLES = """\
examples:
  spanwise alerts assign 1be6f77d9f14fcb7 --to grace
  spanwise alerts assign --rule llm-latency --to ''             nobody
"""


def arguments(parser: argparse.ArgumentParser) -> None:
    """Say what the command takes."""
    parser.add_argument("--to", required=True, metavar="NAME", help="who; '' for nobody")
    add_alerts(parser)


def run(options: argparse.Namespace) -> int:
    """Run the command and give its exit status."""
    return act(options, "assign", f"assigned to {options.to or 'nobody'}", assignee=options.to)
