"""`spanwise alerts import`: our YAML from an alertmanager.yml."""

from __future__ import annotations

import argparse
import os
from pathlib import Path

from spanwise_alerts.commands.terminal import CommandError, complain, say

HELP = "write a spanwise.yaml from an alertmanager.yml"
EXAMPLES = """\
examples:
  spanwise alerts import alertmanager.yml                        show it, with *** for links and passwords
  spanwise alerts import alertmanager.yml --output spanwise.yaml write it whole, readable for its owner only
"""


def arguments(parser: argparse.ArgumentParser) -> None:
    """Say what the command takes."""
    parser.add_argument("file", metavar="FILE", type=Path, help="an alertmanager.yml")
    parser.add_argument("--output", metavar="FILE", type=Path, help="where to write; it must not be there yet")


def run(options: argparse.Namespace) -> int:
    """Run the command and give its exit status."""
    import yaml

    from spanwise_alerts.adopt.reader import config_of, plain, section_of

    section = section_of(options.file, str(options.file))
    config_of(options.file, str(options.file))
    shown = plain(section, shown=options.output is not None)
    text = yaml.safe_dump({"alerts": {"default_rules": False, **shown}}, sort_keys=False, allow_unicode=True)
    if options.output is None:
        say(text.rstrip())
        complain("links and passwords are not shown; --output FILE writes them")
        return 0
    try:
        with os.fdopen(os.open(options.output, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(text)
    except OSError as error:
        raise CommandError(f"{options.output} cannot be written: {error.strerror}") from error
    say(f"{options.output}: written; `spanwise up --config {options.output}` takes it")
    return 0
