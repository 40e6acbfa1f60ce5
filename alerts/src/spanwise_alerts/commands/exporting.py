"""`spanwise alerts export`: a rule file of Prometheus from rules."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, cast

from spanwise_alerts.commands.sections import alerts_of
from spanwise_alerts.commands.terminal import CommandError, complain, say, say_json

if TYPE_CHECKING:
    from spanwise_alerts.rule import Rule

HELP = "write rules as a rule file of Prometheus"
EXAMPLES = """\
examples:
  spanwise alerts export --prometheus                                      the default rules
  spanwise alerts export --prometheus rules/*.yaml --output rules.yml
  spanwise alerts export --prometheus spanwise.yaml --strict --json        its rules, and the default ones

What PromQL cannot tell is left out, and named with the reason.
"""


def arguments(parser: argparse.ArgumentParser) -> None:
    """Say what the command takes."""
    parser.add_argument(
        "files", nargs="*", metavar="FILE", type=Path,
        help="a rule file (key `rules`) or a spanwise.yaml; without one the default rules",
    )  # fmt: skip
    parser.add_argument("--prometheus", action="store_true", required=True, help="for Prometheus, 2.42 or newer")
    parser.add_argument("--output", metavar="FILE", type=Path, help="where to write; what is there is replaced")
    parser.add_argument("--strict", action="store_true", help="exit with 1 if something is left out")
    parser.add_argument("--json", action="store_true", help="print JSON")


def run(options: argparse.Namespace) -> int:
    """Run the command and give its exit status."""
    from spanwise_alerts.export.groups import exported

    rules = _rules(options.files)
    found = exported(rules)
    text = found.yaml()
    if options.output is not None:
        try:
            options.output.write_text(text, encoding="utf-8")
        except OSError as error:
            raise CommandError(f"--output: {options.output} cannot be written: {error.strerror}") from error
    if options.json:
        left = [{"rule": each.rule, "what": each.what, "reason": each.reason} for each in found.left_out]
        say_json({"groups": found.groups, "left_out": left})
    elif options.output is None:
        say(text.rstrip())
    else:
        say(
            f"{options.output}: {found.alerting} alerting and {found.recording} recording rules "
            f"of {len(found.groups)} of {len(rules)} rules"
        )
    for each in found.left_out:
        complain(str(each))
    return 1 if options.strict and found.left_out else 0


def _rules(paths: list[Path]) -> list[Rule]:
    from spanwise_alerts.rules.defaults import default_rules

    rules = [rule for path in paths for rule in _of_file(path)] if paths else [*default_rules()]
    names = [rule.name for rule in rules]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise CommandError(f"got {twice[0]!r} in several files, expected a name that no other rule has")
    return rules


def _of_file(path: Path) -> list[Rule]:
    from spanwise_alerts.config import load_rules
    from spanwise_alerts.files import read_yaml

    data = read_yaml(path, str(path))
    keys = cast("dict[str, object]", data) if isinstance(data, dict) else {}
    return load_rules(keys, str(path)) if "rules" in keys else alerts_of(keys, str(path), path.parent).watched
