"""Check alert rules, list what fires."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

if TYPE_CHECKING:
    from spanwise_alerts.faults import Fault

_WIDE = 1000
_EXAMPLES = """examples:
  spanwise alerts check rules/*.yaml          check rule files
  spanwise alerts check spanwise.yaml --json  check the alerts section and the rule files that it names
  spanwise alerts list                        what fires, at http://127.0.0.1:9093
"""


def main(argv: list[str]) -> int:
    """Run `spanwise alerts`; return 0 if all is well, 1 if something is wrong, 2 for a wrong call."""
    parser = argparse.ArgumentParser(
        prog="spanwise alerts", description=__doc__, epilog=_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )  # fmt: skip
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    check = commands.add_parser("check", help="say everything that is wrong with rule files or a whole spanwise.yaml")
    check.add_argument("files", nargs="+", metavar="FILE", help="a rule file (key `rules`) or a spanwise.yaml")
    listing = commands.add_parser("list", help="show the alerts that fire")
    listing.add_argument("--url", default="http://127.0.0.1:9093", help="of the alert manager (default: %(default)s)")
    for command in (check, listing):
        command.add_argument("--json", action="store_true", help="print JSON")
    args = parser.parse_args(argv)
    if args.command == "check":
        return _check(args.files, as_json=args.json)
    return _list(args.url, as_json=args.json)


def _check(files: list[str], *, as_json: bool) -> int:
    from spanwise_alerts.faults import ConfigError

    faults: list[Fault] = []
    counts = {"files": len(files), "rules": 0, "receivers": 0}
    for name in files:
        try:
            rules, receivers = _checked(name)
            counts["rules"] += rules
            counts["receivers"] += receivers
        except ConfigError as error:
            faults += error.faults
    if as_json:
        shown = [{"file": fault.file, "path": fault.path, "message": fault.message} for fault in faults]
        print(json.dumps({"ok": not faults, **counts, "faults": shown}, indent=2))
    elif faults:
        for fault in faults:
            print(fault, file=sys.stderr)
        print(f"{len(faults)} fault{'s' * (len(faults) > 1)}", file=sys.stderr)
    else:
        print("ok: " + ", ".join(f"{count} {name}" for name, count in counts.items()))
    return 1 if faults else 0


def _checked(name: str) -> tuple[int, int]:
    from spanwise_alerts.config import load, load_rules
    from spanwise_alerts.faults import ConfigError, Fault
    from spanwise_alerts.files import read_yaml

    path = Path(name)
    data = read_yaml(path, name)
    keys = cast("dict[str, object]", data) if isinstance(data, dict) else {}
    if "rules" in keys:
        return len(load_rules(keys, name)), 0
    if not keys.keys() & {"alerts", "collector"}:
        raise ConfigError([Fault(name, "", "expected the key `rules` (a rule file) or `alerts` (a spanwise.yaml)")])
    try:
        config = load(keys.get("alerts"), name, path.parent)
    except ConfigError as error:
        raise ConfigError([f.under("alerts") if f.file == name else f for f in error.faults]) from error
    return len(config.rules), len(config.receivers)


def _list(url: str, *, as_json: bool) -> int:
    import httpx

    try:
        response = httpx.get(f"{url.rstrip('/')}/api/v2/alerts", timeout=10.0, trust_env=False)
        response.raise_for_status()
        alerts: list[dict[str, Any]] = response.json()
    except (httpx.HTTPError, httpx.InvalidURL, ValueError) as error:
        print(f"{url} cannot be asked: {error}; expected the address of a running alert manager", file=sys.stderr)
        return 1
    if as_json:
        print(json.dumps(alerts, indent=2))
    elif alerts:
        _print_table(alerts)
    else:
        print("nothing fires")
    return 0


def _print_table(alerts: list[dict[str, Any]]) -> None:
    from rich.box import SIMPLE_HEAD
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    colours = {"info": "blue", "warning": "yellow", "critical": "red"}
    table = Table(box=SIMPLE_HEAD)
    for name in ("Tier", "Alert", "Labels", "Value", "Threshold", "Since", "Summary"):
        table.add_column(name, overflow="fold")
    for alert in alerts:
        labels, texts = dict(alert["labels"]), alert["annotations"]
        name, tier = labels.pop("alertname", ""), texts.get("tier", "")
        pairs = " ".join(f"{key}={value}" for key, value in labels.items())
        cells = (name, pairs, texts.get("value", ""), texts.get("threshold", ""), alert["startsAt"][:19] + "Z")
        # as Text, so that no label is read as markup
        row = [Text(cell) for cell in (*cells, texts.get("summary", ""))]
        table.add_row(Text(tier, style=colours.get(tier, "")), *row)
    # nothing is folded in a pipe or a file
    Console(width=None if sys.stdout.isatty() else _WIDE).print(table)
