"""Alerts: run the alert manager, check, test, backtest and export rules, see and explain what fires, silence it."""

from __future__ import annotations

import argparse
from importlib import import_module
from types import ModuleType
from typing import Final

from spanwise_alerts.commands.terminal import CommandError, complain

_COMMANDS: Final = {
    "run": "running", "check": "check", "test": "testing", "backtest": "backtesting", "list": "listing",
    "ack": "acknowledging", "unack": "unacknowledging", "assign": "assigning", "comment": "commenting",
    "snooze": "snoozing", "unsnooze": "unsnoozing", "on-call": "on_call", "preview": "previewing",
    "explain": "explaining", "feedback": "feedback",
    "silence": "silencing", "notifications": "notifications", "dead-letters": "dead_letters",
    "replay": "replaying", "send-test": "send_testing", "import": "importing", "export": "exporting",
}  # fmt: skip
_EXAMPLES: Final = """\
examples:
  spanwise alerts check rules/*.yaml                    everything that is wrong with them
  spanwise alerts test rules/latency_test.yaml          unit tests of rules
  spanwise alerts backtest rules/latency.yaml --since 30d
  spanwise alerts list                                  what fires, at http://127.0.0.1:9093
  spanwise alerts explain alertname=llm-latency         why it does or does not
  spanwise alerts ack --rule llm-latency                somebody looks after it: nobody else is called
  spanwise alerts silence add alertname=llm-latency --for 2h --comment 'known'
  spanwise alerts preview rules/latency.yaml --out mail.html
  spanwise alerts send-test team                        whether the receiver can be told
  spanwise alerts dead-letters                          what was given up, and why; `replay` sends it once more
  spanwise alerts export --prometheus                   rules for Prometheus
  spanwise alerts run --config-file alertmanager.yml    in the place of Alertmanager

`spanwise alerts COMMAND --help` has more.
"""


def main(argv: list[str]) -> int:
    """Run `spanwise alerts`; return 0 if all is well, 1 if something is wrong, 2 for a wrong call."""
    from spanwise_alerts.faults import ConfigError

    parser = argparse.ArgumentParser(
        prog="spanwise alerts", description=__doc__, epilog=_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )  # fmt: skip
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    modules: dict[str, ModuleType] = {}
    for name, file in _COMMANDS.items():
        modules[name] = module = import_module(f"spanwise_alerts.commands.{file}")
        added = commands.add_parser(
            name, help=module.HELP, description=(module.__doc__ or "").partition(": ")[2], epilog=module.EXAMPLES,
            formatter_class=argparse.RawDescriptionHelpFormatter,
        )  # fmt: skip
        module.arguments(added)
    options = parser.parse_args(argv)
    try:
        return modules[options.command].run(options)
    except (CommandError, ConfigError) as error:
        complain(str(error))
        return 1
