"""`spanwise alerts list`: what fires, and who looks after it."""

from __future__ import annotations

import argparse
from typing import Any

from spanwise_alerts.commands.server import Server, add_url
from spanwise_alerts.commands.terminal import pairs, say, say_json, say_table, short_time

HELP = "show the alerts that fire"
EXAMPLES = """\
examples:
  spanwise alerts list                                what fires, at http://127.0.0.1:9093
  spanwise alerts list 'model=~"gpt.*"' severity=critical
  spanwise alerts list --all                          also what is silenced, inhibited or muted
"""


def arguments(parser: argparse.ArgumentParser) -> None:
    """Say what the command takes."""
    parser.add_argument("matchers", nargs="*", metavar="MATCHER", help='only these, such as model="gpt-4o"; all hold')
    parser.add_argument("--all", action="store_true", help="also what is silenced, inhibited or muted")
    parser.add_argument("--receiver", metavar="NAME", help="only what goes to this receiver; a regular expression")
    add_url(parser)


def run(options: argparse.Namespace) -> int:
    """Run the command and give its exit status."""
    shown = {} if options.all else {"silenced": "false", "inhibited": "false", "muted": "false"}
    routed = {"receiver": options.receiver} if options.receiver else {}
    server = Server(options.url)
    alerts: list[dict[str, Any]] = server.get("/api/v2/alerts", filter=options.matchers, **shown, **routed)
    if options.json:
        say_json(alerts)
    elif alerts:
        attended = {each["fingerprint"]: each for each in server.get("/api/v1/alerts", filter=options.matchers)}
        say_table(
            ("Tier", "Alert", "Labels", "Value", "Threshold", "Since", "State", "Who", "Summary", "Fingerprint"),
            [_row(alert, attended.get(alert["fingerprint"])) for alert in alerts],
        )
    else:
        say("nothing fires")
    return 0


def _row(alert: dict[str, Any], attended: dict[str, Any] | None) -> tuple[str, ...]:
    labels, texts = alert["labels"], alert["annotations"]
    status = alert.get("status", {})
    why = [
        f"{word} by {', '.join(status[key])}"
        for key, word in (("silencedBy", "silenced"), ("inhibitedBy", "inhibited"), ("mutedBy", "muted"))
        if status.get(key)
    ]
    return (
        labels.get("severity", texts.get("tier", "")), labels.get("alertname", ""),
        pairs(labels, "alertname", "severity"), texts.get("value", ""), texts.get("threshold", ""),
        short_time(alert["startsAt"]), "; ".join(why) or status.get("state", ""), _who(attended or {}),
        texts.get("summary", ""), alert["fingerprint"],
    )  # fmt: skip


def _who(attended: dict[str, Any]) -> str:
    """Say who looks after an alert."""
    said = [f"{key} by {attended[key]['by']}" for key in ("acknowledged", "snoozed") if attended.get(key)]
    said += [f"assigned to {attended['assignee']}"] if attended.get("assignee") else []
    return "; ".join(said)
