"""`spanwise alerts comment`: say something about alerts that others should know."""

from __future__ import annotations

import argparse

from spanwise_alerts.commands.acting import act, add_alerts

HELP = "say something about alerts"
EXAMPLES = """\
examples:
  spanwise alerts comment 1be6f77d9f14fcb7 --comment 'the provider confirms it'
"""


def arguments(parser: argparse.ArgumentParser) -> None:
    """Say what the command takes."""
    add_alerts(parser, "what is to be said")


def run(options: argparse.Namespace) -> int:
    """Run the command and give its exit status."""
    return act(options, "comment", "noted")
