"""`spanwise alerts check`: everything that is wrong with files."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import cast

from spanwise_alerts.commands.sections import alerts_of
from spanwise_alerts.commands.terminal import complain, say, say_json
from spanwise_alerts.faults import ConfigError, Fault

HELP = "say everything that is wrong with rule files, a spanwise.yaml or an alertmanager.yml"
EXAMPLES = """\
examples:
  spanwise alerts check rules/*.yaml          rule files
  spanwise alerts check spanwise.yaml --json  the alerts section and the rule files that it names
  spanwise alerts check alertmanager.yml      whether it can be honoured here
"""


def arguments(parser: argparse.ArgumentParser) -> None:
    """Say what the command takes."""
    parser.add_argument(
        "files", nargs="+", metavar="FILE", help="a rule file (key `rules`), a spanwise.yaml or an alertmanager.yml"
    )
    parser.add_argument("--json", action="store_true", help="print JSON")


def run(options: argparse.Namespace) -> int:
    """Run the command and give its exit status."""
    faults: list[Fault] = []
    counts = {"files": len(options.files), "rules": 0, "receivers": 0}
    for name in options.files:
        try:
            rules, receivers = _checked(name)
            counts["rules"] += rules
            counts["receivers"] += receivers
        except ConfigError as error:
            faults += error.faults
    if options.json:
        shown = [{"file": fault.file, "path": fault.path, "message": fault.message} for fault in faults]
        say_json({"ok": not faults, **counts, "faults": shown})
    elif faults:
        for fault in faults:
            complain(str(fault))
        complain(f"{len(faults)} fault{'s' * (len(faults) > 1)}")
    else:
        say("ok: " + ", ".join(f"{count} {name}" for name, count in counts.items()))
    return 1 if faults else 0


def _checked(name: str) -> tuple[int, int]:
    from spanwise_alerts.adopt.reader import config_of
    from spanwise_alerts.config import load_rules
    from spanwise_alerts.files import read_yaml

    path = Path(name)
    data = read_yaml(path, name)
    keys = cast("dict[str, object]", data) if isinstance(data, dict) else {}
    if "rules" in keys:
        return len(load_rules(keys, name)), 0
    if keys.keys() >= {"route", "receivers"}:
        return 0, len(config_of(path, name).receivers)
    config = alerts_of(keys, name, path.parent)
    return len(config.rules), len(config.receivers)
