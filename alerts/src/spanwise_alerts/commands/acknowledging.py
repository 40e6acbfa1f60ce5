"""`spanwise alerts ack`: say that somebody looks after alerts: nobody else is called, nothing is repeated."""

from __future__ import annotations

import argparse

from spanwise_alerts.commands.acting import act, add_alerts, add_time

HELP = "acknowledge alerts: nobody else is called, nothing is repeated"
EXAMPLES = """\
examples:
  spanwise alerts ack 1be6f77d9f14fcb7 --comment 'on it'
  spanwise alerts ack --rule llm-latency model=gpt-4o --for 4h
"""


def arguments(parser: argparse.ArgumentParser) -> None:
    """Say what the command takes."""
    add_alerts(parser)
    add_time(parser, None, "after which all are told again (default: as the server has it)")


def run(options: argparse.Namespace) -> int:
    """Run the command and give its exit status."""
    return act(options, "acknowledge", "acknowledged")
