"""`spanwise alerts explain`: why an alert did or did not fire, and who was told."""

from __future__ import annotations

import argparse
import re
from typing import Any

from spanwise_alerts.commands.server import Server, add_url
from spanwise_alerts.commands.terminal import pairs, say, say_json, short_time

HELP = "say why alerts fire or do not, and who was told or was not"
EXAMPLES = """\
examples:
  spanwise alerts explain 1be6f77d9f14fcb7            by fingerprint, of a message or of `list --json`
  spanwise alerts explain alertname=llm-latency model=gpt-4o
"""
_FINGERPRINT = re.compile(r"[0-9a-f]{16}")


def arguments(parser: argparse.ArgumentParser) -> None:
    """Say what the command takes."""
    parser.add_argument("alert", nargs="+", metavar="FINGERPRINT|MATCHER", help="which alert: a fingerprint, or labels")
    add_url(parser)


def run(options: argparse.Namespace) -> int:
    """Run the command and give its exit status."""
    one = options.alert[0]
    exact = len(options.alert) == 1 and _FINGERPRINT.fullmatch(one)
    asked = {"fingerprint": one} if exact else {"filter": options.alert}
    stories: list[dict[str, Any]] = Server(options.url).get("/api/v1/explain", **asked)
    if options.json:
        say_json(stories)
        return 0
    for story in stories:
        say(f"{story['labels'].get('alertname', '')} {pairs(story['labels'], 'alertname')} ({story['fingerprint']})")
        for sentence in story["now"]:
            say(f"  {sentence}")
        for each in story["history"]:
            say(f"    {short_time(each['at'])}  {each['text']}")
        say("")
    if not stories:
        say("no alert that fires, is pending or was there lately has these labels")
    return 0
