"""`spanwise alerts feedback`: say what an anomaly's alert was worth."""

from __future__ import annotations

import argparse
import getpass
from typing import Any

from spanwise_alerts.commands.server import Server, add_url
from spanwise_alerts.commands.terminal import say, say_json

HELP = "say whether an anomaly's alert was noise or useful"
EXAMPLES = """\
examples:
  spanwise alerts feedback 1be6f77d9f14fcb7 noise     the thresholds of that series get 16 % higher
  spanwise alerts feedback 1be6f77d9f14fcb7 useful    or 5 % lower
"""


def arguments(parser: argparse.ArgumentParser) -> None:
    """Say what the command takes."""
    parser.add_argument("fingerprint", metavar="FINGERPRINT", help="of a message, or of `list --json`")
    parser.add_argument("verdict", choices=("noise", "useful"), help="what it was")
    parser.add_argument("--comment", default="", help="why")
    parser.add_argument("--author", help="who says so (default: your log-in name)")
    add_url(parser)


def run(options: argparse.Namespace) -> int:
    """Run the command and give its exit status."""
    word = {
        "fingerprint": options.fingerprint, "verdict": options.verdict, "comment": options.comment,
        "author": options.author or getpass.getuser(),
    }  # fmt: skip
    answer: dict[str, Any] = Server(options.url).post("/api/v1/feedback", word)
    if options.json:
        say_json(answer)
    else:
        factor = answer["threshold_factor"]
        say(f"{answer['rule']}: noted; the thresholds of this series are {factor:.2f} times what its history says")
    return 0
