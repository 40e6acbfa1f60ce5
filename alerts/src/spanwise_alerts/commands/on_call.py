"""`spanwise alerts on-call`: who has the duty, now or at a moment, and who is next."""

from __future__ import annotations

import argparse
from typing import Any

from spanwise_alerts.commands.server import Server, add_url
from spanwise_alerts.commands.terminal import say, say_json, say_table, short_time

HELP = "show who is on call"
EXAMPLES = """\
examples:
  spanwise alerts on-call                                        now
  spanwise alerts on-call --at 2026-12-24T18:00:00+01:00
"""


def arguments(parser: argparse.ArgumentParser) -> None:
    """Say what the command takes."""
    parser.add_argument("--at", default="", metavar="TIME", help="a moment such as 2026-12-24T18:00:00Z (default: now)")
    add_url(parser)


def run(options: argparse.Namespace) -> int:
    """Run the command and give its exit status."""
    duties: list[dict[str, Any]] = Server(options.url).get("/api/v1/on-call", at=options.at)
    if options.json:
        say_json(duties)
    elif duties:
        say_table(("Duty", "Who", "Receiver", "Until", "Next"), [_row(duty) for duty in duties])
    else:
        say("nobody is on call: the configuration has no `on_call`")
    return 0


def _row(duty: dict[str, Any]) -> tuple[str, ...]:
    until = short_time(duty["until"]) if duty["until"] else ""
    return duty["name"], duty["who"], duty["receiver"], until, duty["next"] or ""
