"""`spanwise alerts unack`: take an acknowledgement back: escalations begin anew."""

from __future__ import annotations

import argparse

from spanwise_alerts.commands.acting import act, add_alerts

HELP = "take acknowledgements back"
EXAMPLES = """\
examples:
  spanwise alerts unack 1be6f77d9f14fcb7
"""


def arguments(parser: argparse.ArgumentParser) -> None:
    """Say what the command takes."""
    add_alerts(parser)


def run(options: argparse.Namespace) -> int:
    """Run the command and give its exit status."""
    return act(options, "unacknowledge", "not acknowledged any more")
