"""`spanwise alerts silence`: hold alerts back, see what is held back, end it."""

from __future__ import annotations

import argparse
import getpass
import time
from datetime import UTC, datetime
from typing import Any

from spanwise_alerts.commands.server import Server, add_url
from spanwise_alerts.commands.terminal import CommandError, say, say_json, say_table, short_time

HELP = "hold alerts back, see what is held back, end it"
EXAMPLES = """\
examples:
  spanwise alerts silence add alertname=llm-latency 'model=~"gpt.*"' --for 2h --comment 'known, INC-12'
  spanwise alerts silence add alertname=llm-latency --until-resolved --comment 'being repaired'
  spanwise alerts silence add environment=staging --for 90d --cron '0 2 * * sun' --window 2h --comment upgrades
  spanwise alerts silence list
  spanwise alerts silence expire 3f1c…
"""


def arguments(parser: argparse.ArgumentParser) -> None:
    """Say what the command takes."""
    commands = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    add = commands.add_parser("add", help="hold alerts back")
    add.add_argument("matchers", nargs="+", metavar="MATCHER", help='such as model="gpt-4o"; all must hold')
    add.add_argument("--for", dest="length", metavar="DURATION", help="how long (default 1h, 7d with --until-resolved)")
    add.add_argument("--comment", required=True, help="why")
    add.add_argument("--author", help="who (default: your log-in name)")
    add.add_argument("--id", default="", help="of the silence that is edited")
    add.add_argument("--until-resolved", action="store_true", help="ends as soon as what it holds back is over")
    add.add_argument("--cron", metavar="SPEC", help="only in windows that begin then, such as '0 2 * * sun'")
    add.add_argument("--window", metavar="DURATION", help="how long such a window is")
    add.add_argument("--location", default="UTC", metavar="ZONE", help="the time zone of --cron (default: %(default)s)")
    listing = commands.add_parser("list", help="show silences")
    listing.add_argument("matchers", nargs="*", metavar="MATCHER", help="only silences about these labels")
    listing.add_argument("--expired", action="store_true", help="also those that have ended")
    expire = commands.add_parser("expire", help="end silences now")
    expire.add_argument("ids", nargs="+", metavar="ID")
    for each in (add, listing, expire):
        add_url(each)


def run(options: argparse.Namespace) -> int:
    """Run the command and give its exit status."""
    server = Server(options.url)
    if options.action == "add":
        answer = server.post("/api/v2/silences", _draft(options))
        say_json(answer) if options.json else say(answer["silenceID"])
    elif options.action == "list":
        shown = {} if options.expired else {"expired": "false"}
        silences: list[dict[str, Any]] = server.get("/api/v2/silences", filter=options.matchers, **shown)
        say_json(silences) if options.json else _tell(silences)
    else:
        for silence_id in options.ids:
            server.delete(f"/api/v2/silence/{silence_id}")
            say_json({"silenceID": silence_id}) if options.json else say(f"{silence_id}: ended")
    return 0


def _draft(options: argparse.Namespace) -> dict[str, Any]:
    from spanwise_alerts.matchers import parse_all
    from spanwise_alerts.quantity import seconds

    try:
        matchers = parse_all(options.matchers)
        length_s = seconds(options.length or ("7d" if options.until_resolved else "1h"))
    except ValueError as error:
        raise CommandError(str(error)) from error
    if bool(options.cron) != bool(options.window):
        raise CommandError("expected --cron and --window together")
    now_s = time.time()  # noqa: TID251  the clock comes in here
    draft: dict[str, Any] = {
        "id": options.id, "matchers": [matcher.to_dict() for matcher in matchers],
        "startsAt": _rfc3339(now_s), "endsAt": _rfc3339(now_s + length_s),
        "createdBy": options.author or getpass.getuser(), "comment": options.comment,
        "untilResolved": options.until_resolved,
    }  # fmt: skip
    if options.cron:
        draft["recurring"] = {"cron": options.cron, "duration": options.window, "location": options.location}
    return draft


def _tell(silences: list[dict[str, Any]]) -> None:
    if not silences:
        say("nothing is silenced")
        return
    say_table(("State", "Matchers", "Ends", "By", "Comment", "Id"), [_row(silence) for silence in silences])


def _row(silence: dict[str, Any]) -> tuple[str, ...]:
    from spanwise_alerts.matchers import matcher_from, written

    ends = short_time(silence["endsAt"])
    if silence.get("untilResolved"):
        ends = f"when resolved, or {ends}"
    if recurring := silence.get("recurring"):
        ends = f"{ends}, recurs: {recurring.get('cron', 'by time intervals')}"
    matchers = written(matcher_from(raw) for raw in silence["matchers"])
    return silence["status"]["state"], matchers, ends, silence["createdBy"], silence["comment"], silence["id"]


def _rfc3339(at_s: float) -> str:
    return datetime.fromtimestamp(at_s, UTC).isoformat()
