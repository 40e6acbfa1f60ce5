"""`spanwise alerts replay`: send letters that were given up once more, with the same idempotency keys."""

from __future__ import annotations

import argparse
import getpass
from typing import Any

from spanwise_alerts.commands.letters import whole
from spanwise_alerts.commands.server import Server, add_url
from spanwise_alerts.commands.terminal import CommandError, complain, say, say_json

HELP = "send letters that were given up once more"
EXAMPLES = """\
examples:
  spanwise alerts replay 5f0c1e77 9a1b03c2      by key; the first digits are enough
  spanwise alerts replay --receiver team        all that were given up to it
  spanwise alerts replay --all
"""


def arguments(parser: argparse.ArgumentParser) -> None:
    """Say what the command takes."""
    parser.add_argument("keys", nargs="*", metavar="KEY", help="of letters, as `dead-letters` shows them")
    parser.add_argument("--receiver", default="", metavar="NAME", help="all dead letters to this one")
    parser.add_argument("--all", action="store_true", help="all dead letters")
    parser.add_argument("--author", help="who wants it (default: your log-in name)")
    add_url(parser)


def run(options: argparse.Namespace) -> int:
    """Run the command and give its exit status: 1 if one of the letters cannot be sent."""
    if (bool(options.keys), bool(options.receiver), options.all).count(True) != 1:
        raise CommandError("expected one of KEY…, --receiver and --all")
    server = Server(options.url)
    said = {"keys": whole(server, options.keys), "receiver": options.receiver, "all": options.all}
    body = {**{key: value for key, value in said.items() if value}, "author": options.author or getpass.getuser()}
    answer: dict[str, Any] = server.post("/api/v1/notifications/replay", body)
    if options.json:
        say_json(answer)
    else:
        say(f"{len(answer['replayed'])} letters are sent once more")
        for key, why in answer["left"].items():
            complain(f"{key}: {why}")
    return 1 if answer["left"] else 0
