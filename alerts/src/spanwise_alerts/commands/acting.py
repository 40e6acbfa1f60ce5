"""What the commands share by which people look after alerts: which alerts are meant, who acts, until when."""

from __future__ import annotations

import argparse
import getpass
import re
from typing import Any, Final

from spanwise_alerts.commands.server import Server, add_url
from spanwise_alerts.commands.terminal import CommandError, complain, say, say_json

_FINGERPRINT: Final = re.compile(r"[0-9a-f]{16}")


def add_alerts(parser: argparse.ArgumentParser, comment: str = "") -> None:
    """Let the user say which alerts are meant, who acts and why; `comment` is the help of what has to be said."""
    parser.add_argument(
        "alert", nargs="*", metavar="FINGERPRINT|MATCHER", help="which alerts: fingerprints, or labels that all hold"
    )
    parser.add_argument("--rule", metavar="NAME", help="only alerts of this rule")
    parser.add_argument("--group", metavar="KEY", help="all of a group, by its key as messages have it")
    parser.add_argument("--comment", default="", required=bool(comment), metavar="TEXT", help=comment or "why")
    parser.add_argument("--author", help="who (default: your log-in name)")
    add_url(parser)


def add_time(parser: argparse.ArgumentParser, length: str | None, what: str) -> None:
    """Let the user say until when."""
    either = parser.add_mutually_exclusive_group()
    either.add_argument("--for", dest="length", default=length, metavar="DURATION", help=what)
    either.add_argument("--until", metavar="TIME", help="such as 2026-12-24T18:00:00Z")


def act(options: argparse.Namespace, kind: str, done: str, assignee: str | None = None) -> int:
    """Do it, say to which alerts it was done, and give the exit status."""
    until = getattr(options, "until", None)
    length = None if until else getattr(options, "length", None)
    given = {
        "author": options.author or getpass.getuser(),
        "comment": options.comment,
        "until": until,
        "for": length,
        "assignee": assignee,
    }
    body = {name: value for name, value in given.items() if value is not None}
    marks = _done(Server(options.url), kind, options, body)
    if options.json:
        say_json({"fingerprints": marks})
    for mark in () if options.json else marks:
        say(f"{mark}: {done}")
    if not marks:
        complain("no alert that fires is meant")
    return 0 if marks else 1


def _done(server: Server, kind: str, options: argparse.Namespace, body: dict[str, Any]) -> list[str]:
    named = all(_FINGERPRINT.fullmatch(each) for each in options.alert) and not options.rule
    if [bool(options.alert or options.rule), bool(options.group)].count(True) != 1:
        raise CommandError("expected either fingerprints, labels or --rule, or else --group")
    if options.group:
        return _post(server, f"/api/v1/alerts/{kind}", body | {"group_key": options.group})
    if named:
        return [
            mark for each in options.alert for mark in _post(server, f"/api/v1/alerts/{each}/{kind}", body)
        ]  # fmt: skip
    matchers = [*options.alert, *([f'alertname="{options.rule}"'] if options.rule else [])]
    return _post(server, f"/api/v1/alerts/{kind}", body | {"filter": matchers})


def _post(server: Server, path: str, body: dict[str, Any]) -> list[str]:
    return server.post(path, body)["fingerprints"]
