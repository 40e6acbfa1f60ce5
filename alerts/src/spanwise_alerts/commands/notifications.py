"""`spanwise alerts notifications`: what is on its way, what arrived, what was given up."""

from __future__ import annotations

import argparse
from typing import Any

from spanwise_alerts.commands.letters import MOST, say_letters, whole
from spanwise_alerts.commands.server import Server, add_url
from spanwise_alerts.commands.terminal import say, say_json, short_time

HELP = "show letters: on their way, delivered, given up"
EXAMPLES = """\
examples:
  spanwise alerts notifications                                 the newest 100
  spanwise alerts notifications --status pending --receiver team
  spanwise alerts notifications 5f0c1e77                        one of them, with each attempt
"""


def arguments(parser: argparse.ArgumentParser) -> None:
    """Say what the command takes."""
    parser.add_argument("key", nargs="?", metavar="KEY", help="of one letter; its first digits are enough")
    parser.add_argument(
        "--status", action="append", default=[], choices=("pending", "delivered", "dead"), help="only these; may repeat"
    )
    add_filters(parser)
    add_url(parser)


def add_filters(parser: argparse.ArgumentParser) -> None:
    """Let the user say which letters are meant."""
    parser.add_argument("--receiver", default="", metavar="NAME", help="only to this one")
    parser.add_argument("--since", default="7d", metavar="DURATION", help="only newer ones (default: %(default)s)")
    parser.add_argument("--limit", type=int, default=100, metavar="N", help=f"at most (default: 100, up to {MOST})")


def run(options: argparse.Namespace) -> int:
    """Run the command and give its exit status."""
    server = Server(options.url)
    if options.key is not None:
        (key,) = whole(server, [options.key])
        _tell(server.get(f"/api/v1/notifications/{key}"), as_json=options.json)
        return 0
    show(server, options, options.status)
    return 0


def show(server: Server, options: argparse.Namespace, statuses: list[str]) -> None:
    """Write the letters that are asked for."""
    letters: list[dict[str, Any]] = server.get(
        "/api/v1/notifications", status=statuses, receiver=options.receiver, since=options.since, limit=options.limit
    )
    if options.json:
        say_json(letters)
    elif letters:
        say_letters(letters)
    else:
        say("there are no such letters")


def _tell(letter: dict[str, Any], *, as_json: bool) -> None:
    if as_json:
        say_json(letter)
        return
    told = letter["told"]
    say(f"{letter['status']}: {letter['channel']} is told {told['status']} {told['tier']} ({told['reason']})")
    say(f"  {told['summary']}")
    for alert in letter["alerts"]:
        say(f"  {alert['fingerprint']}  {alert['status']} {alert['tier']}: {alert['summary']}")
    for each in letter["history"]:
        say(f"    {short_time(each['at'])}  {each['text']}")
    say(f"  {letter['key']}")
