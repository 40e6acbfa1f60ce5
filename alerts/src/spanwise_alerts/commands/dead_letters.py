"""`spanwise alerts dead-letters`: what was given up, and why."""

from __future__ import annotations

import argparse

from spanwise_alerts.commands.notifications import add_filters, show
from spanwise_alerts.commands.server import Server, add_url

HELP = "show letters that were given up, with the reason"
EXAMPLES = """\
examples:
  spanwise alerts dead-letters
  spanwise alerts dead-letters --receiver team --since 1d
  spanwise alerts replay --receiver team        send them once more
"""


def arguments(parser: argparse.ArgumentParser) -> None:
    """Say what the command takes."""
    add_filters(parser)
    add_url(parser)


def run(options: argparse.Namespace) -> int:
    """Run the command and give its exit status."""
    show(Server(options.url), options, ["dead"])
    return 0
