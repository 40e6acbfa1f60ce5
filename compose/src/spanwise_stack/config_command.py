"""Print every key of spanwise.yaml with its default, or check a file."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

_EXAMPLES = """\
examples:
  spanwise config > spanwise.yaml          every key, its comment and its default
  spanwise config --check spanwise.yaml    every fault at once; exit status 1 if there is any
"""


def main(argv: list[str]) -> int:
    """Run the command and give its exit status."""
    parser = argparse.ArgumentParser(
        prog="spanwise config",
        description=__doc__,
        epilog=_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--check", metavar="FILE", type=Path, help="check this file instead of printing")
    options = parser.parse_args(argv)
    return _check(options.check) if options.check else _print()


def _print() -> int:
    from spanwise_stack.config_text import render

    sys.stdout.write(render())
    return 0


def _check(file: Path) -> int:
    from spanwise_alerts.faults import ConfigError
    from spanwise_stack.config import load

    try:
        config = load(file)
    except ConfigError as error:
        for fault in error.faults:
            print(fault, file=sys.stderr)
        return 1
    rules, receivers = len(config.alerts.rules), len(config.alerts.receivers)
    print(f"{file}: ok; rules: {rules}, receivers: {receivers}")
    return 0
