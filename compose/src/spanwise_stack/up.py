"""Run collector and alerts in one process, or the demo."""

from __future__ import annotations

import argparse
import logging
import sys
import time
from pathlib import Path
from typing import Final

from spanwise_stack import process

_EXAMPLES: Final = """\
examples:
  spanwise up                                  collector and alerts; data in ./spanwise-data
  spanwise up --demo                           with a provider, an agent, a fault and an alert; about a minute
  spanwise up --config spanwise.yaml           rules and receivers of your own (spanwise config prints every key)
  spanwise up --otlp-http 127.0.0.1:0          port 0 takes a free one; the ready line names it
"""


def _duration(text: str) -> float:
    from spanwise_alerts.quantity import seconds

    try:
        return seconds(text)
    except ValueError as fault:
        raise argparse.ArgumentTypeError(str(fault)) from None


def _address(text: str) -> str:
    from spanwise_collector.config import split_address

    try:
        split_address(text)
    except ValueError as fault:
        raise argparse.ArgumentTypeError(str(fault)) from None
    return text


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="spanwise up", description=__doc__, epilog=_EXAMPLES, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    add = parser.add_argument
    add("--demo", action="store_true", help="also run a provider, an agent, a fault, a mail server and a webhook")
    add("--config", metavar="FILE", type=Path, help="spanwise.yaml; flags win over it")
    add("--data", metavar="DIR", type=Path, help="where spans and alerts are kept (the demo: a temporary folder)")
    add("--otlp-http", metavar="HOST:PORT", type=_address, help="OTLP over HTTP (default 127.0.0.1:4318)")
    add("--otlp-grpc", metavar="HOST:PORT", type=_address, help="OTLP over gRPC (default 127.0.0.1:4317)")
    add("--http", metavar="HOST:PORT", type=_address, help="query API and /metrics (default 127.0.0.1:8750)")
    add("--alerts", metavar="HOST:PORT", type=_address, help="alerts API (default 127.0.0.1:9093)")
    add("--for", metavar="DURATION", type=_duration, dest="for_s", help="stop by itself after so long, such as 90s")
    return parser


def main(argv: list[str]) -> int:
    """Run the command and give its exit status: 0 after a clean stop, 1 if something went wrong."""
    started_s = time.perf_counter()
    options = _parser().parse_args(argv)
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(name)s: %(message)s")
    process.starting()
    from spanwise_alerts.faults import ConfigError
    from spanwise_stack.errors import StackError

    try:
        return _run(options, started_s)
    except (ConfigError, StackError) as fault:
        for line in str(fault).splitlines():
            sys.stderr.write(f"spanwise up: {line}\n")
        return 1


def _run(options: argparse.Namespace, started_s: float) -> int:
    import asyncio

    from spanwise_stack.config import Flags, load

    flags = Flags(options.otlp_http, options.otlp_grpc, options.http, options.alerts, options.data)
    config = load(options.config, flags)
    if options.demo:
        _need_demo()
        from spanwise_stack.demo.play import demo

        own_data = options.data is None
        return asyncio.run(demo(config, for_s=options.for_s, started_s=started_s, own_data=own_data))
    from spanwise_stack.serve import serve

    file: Path | None = options.config
    running = serve(
        config, for_s=options.for_s, started_s=started_s, reread=lambda: load(file, flags), file=file
    )  # fmt: skip
    return asyncio.run(running)


def _need_demo() -> None:
    from importlib.util import find_spec

    from spanwise_stack.errors import CannotStart

    missing = [name for name in ("aiosmtpd", "openai", "starlette") if find_spec(name) is None]
    if missing:
        raise CannotStart(f"--demo needs {', '.join(missing)}: pip install 'spanwise-stack[demo]'")
