"""`spanwise alerts snooze`: tell nothing of alerts for a while; of these only, not of others with their labels."""

from __future__ import annotations

import argparse

from spanwise_alerts.commands.acting import act, add_alerts, add_time

HELP = "tell nothing of alerts for a while"
EXAMPLES = """\
examples:
  spanwise alerts snooze 1be6f77d9f14fcb7 --for 8h --comment 'after the release'
  spanwise alerts snooze --rule llm-latency --until 2026-12-24T18:00:00Z
"""


def arguments(parser: argparse.ArgumentParser) -> None:
    """Say what the command takes."""
    add_alerts(parser)
    add_time(parser, "2h", "how long (default: %(default)s)")


def run(options: argparse.Namespace) -> int:
    """Run the command and give its exit status."""
    return act(options, "snooze", "snoozed")
