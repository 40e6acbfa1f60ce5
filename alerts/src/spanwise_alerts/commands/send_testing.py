"""`spanwise alerts send-test`: a test to a receiver, by each of its channels."""

from __future__ import annotations

import argparse
import asyncio
import time
import uuid
from pathlib import Path
from typing import Any
from urllib.parse import quote

from spanwise_alerts.commands.sections import read_alerts
from spanwise_alerts.commands.server import Server, Unreachable, add_url
from spanwise_alerts.commands.terminal import CommandError, say, say_json

HELP = "send a test by every channel of a receiver"
EXAMPLES = """\
examples:
  spanwise alerts send-test team                              by the alert manager that runs
  spanwise alerts send-test team --config spanwise.yaml       by itself where none runs
"""


def arguments(parser: argparse.ArgumentParser) -> None:
    """Say what the command takes."""
    parser.add_argument("receiver", metavar="RECEIVER", help="its name")
    parser.add_argument(
        "--config", type=Path, metavar="FILE", help="a spanwise.yaml: who the receiver is where no alert manager runs"
    )
    add_url(parser)


def run(options: argparse.Namespace) -> int:
    """Run the command and give its exit status: 1 if a channel failed."""
    try:
        answer: dict[str, Any] = Server(options.url).post(f"/api/v1/receivers/{quote(options.receiver)}/test", None)
    except Unreachable as error:
        if options.config is None:
            raise CommandError(f"{error}, or --config FILE") from error
        answer = _by_itself(options.config, options.receiver)
    failed = [each for each in answer["channels"] if each["status"] != "delivered"]
    if options.json:
        say_json(answer)
    elif not answer["channels"]:
        say(f"{options.receiver} tells nobody, on purpose")
    else:
        for each in answer["channels"]:
            say(f"{each['channel']}: {each['status']}{': ' if each['reason'] else ''}{each['reason']}")
    return 1 if failed else 0


def _by_itself(file: Path, name: str) -> dict[str, Any]:
    from spanwise_alerts.faults import expected
    from spanwise_alerts.notify.trial import tried

    config = read_alerts(file)
    receiver = next((receiver for receiver in config.receivers if receiver.name == name), None)
    if receiver is None:
        raise CommandError(expected(name, [receiver.name for receiver in config.receivers]))
    now = time.time  # noqa: TID251  the clock comes in here
    found = asyncio.run(tried(receiver, now, str(uuid.uuid4()), config.external_url))
    return {"receiver": name, "channels": [each.to_dict() for each in found]}
