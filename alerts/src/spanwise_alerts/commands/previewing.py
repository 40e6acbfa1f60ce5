"""`spanwise alerts preview`: the message that a rule would send, as HTML or JSON; nobody gets it."""

from __future__ import annotations

import argparse
import asyncio
import base64
import json
import time
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from spanwise_alerts.commands.sections import read_rules
from spanwise_alerts.commands.terminal import CommandError, complain, say

if TYPE_CHECKING:
    from spanwise_alerts.alert import Letter
    from spanwise_alerts.receivers.posted import Posted

HELP = "write the message that a rule would send, and send it to nobody"
EXAMPLES = """\
examples:
  spanwise alerts preview rules/latency.yaml --out mail.html
  spanwise alerts preview spanwise.yaml --rule run-cost --channel slack
  spanwise alerts preview rules/latency.yaml --channel webhook --collector http://127.0.0.1:8750

The numbers are those of now, of the series that is furthest out; without a collector they are samples, and say so.
"""
_NOBODY: Final = "preview"
_SECRET: Final = "0" * 32
_OWN: Final = ("email", "webhook", "alertmanager")


def arguments(parser: argparse.ArgumentParser) -> None:
    """Say what the command takes."""
    parser.add_argument("file", metavar="FILE", type=Path, help="a rule file, or a spanwise.yaml")
    parser.add_argument("--rule", metavar="NAME", help="this one of it (default: the first)")
    parser.add_argument("--channel", default="email", help="email, webhook, alertmanager, or a chat such as slack")
    parser.add_argument("--out", metavar="FILE", type=Path, help="where to write (default: standard output)")
    parser.add_argument("--collector", metavar="URL", default="http://127.0.0.1:8750", help="(default: %(default)s)")


def run(options: argparse.Namespace) -> int:
    """Run the command and give its exit status."""
    from spanwise_alerts.faults import expected
    from spanwise_alerts.preview import preview

    chats = _chats()
    if options.channel not in {*_OWN, *chats}:
        raise CommandError(f"--channel: {expected(options.channel, [*_OWN, *chats])}")
    rules, config = read_rules(options.file, options.rule)
    now_s = time.time()  # noqa: TID251  the clock comes in here
    name = f"{_NOBODY}/{options.channel}"
    made = asyncio.run(preview(rules[0], name, config, options.collector, now_s))
    if made.reason:
        complain(f"these are sample numbers: {made.reason}")
    text = _written(made.letter, options.channel, chats, now_s)
    if options.out is None:
        say(text)
        return 0
    try:
        options.out.write_text(text, encoding="utf-8")
    except OSError as error:
        raise CommandError(f"--out: got {str(options.out)!r}, expected a file that can be written: {error}") from error
    complain(f"{options.out} is written")
    return 0


def _written(letter: Letter, channel: str, chats: Mapping[str, type[Posted]], now_s: float) -> str:
    if channel == "email":
        return _page(letter)
    if channel == "webhook":
        import msgspec

        from spanwise_alerts.notify.body import body_of

        return _json(msgspec.to_builtins(body_of(letter)))
    if channel == "alertmanager":
        from spanwise_alerts.notify import alertmanager

        return _json(alertmanager.body_of(letter.message))
    from spanwise_alerts.notify.formats.kinds import FORMATS

    way = chats[channel]
    return _json(FORMATS[way](_example(way), "").post(letter, now_s).body)


def _page(letter: Letter) -> str:
    """Write the mail with its pictures in it, for a browser."""
    from spanwise_alerts.notify.mail_page import page_of

    page = page_of(letter, _NOBODY)
    html = page.html()
    for chart in page.charts:
        html = html.replace(f"cid:{chart.cid}", f"data:image/png;base64,{base64.b64encode(chart.png).decode()}")
    return html


def _json(body: Mapping[str, Any]) -> str:
    return json.dumps(body, indent=2, ensure_ascii=False)


def _chats() -> dict[str, type[Posted]]:
    from spanwise_alerts.notify.formats.kinds import FORMATS

    return {way.__name__.lower(): way for way in FORMATS}


def _example(way: type[Posted]) -> Posted:
    """Make a way of the examples of its keys: the body does not depend on where it goes."""
    names = {field.alias or name: field for name, field in way.model_fields.items()}
    keys = {
        name: field.examples[0] if field.examples else _SECRET
        for name, field in names.items()
        if field.is_required() or f"{name}_file" in names
    }
    return way.model_validate(keys)
