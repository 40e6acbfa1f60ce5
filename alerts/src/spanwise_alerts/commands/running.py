"""`spanwise alerts run`: the alert manager by itself, without a collector in its process."""

from __future__ import annotations

import argparse
import asyncio
import logging
import signal
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from spanwise_alerts.commands.sections import read_alerts
from spanwise_alerts.commands.terminal import CommandError, complain, say
from spanwise_alerts.faults import ConfigError

if TYPE_CHECKING:
    from spanwise_alerts.app import App
    from spanwise_alerts.config import AlertsConfig

HELP = "serve the alert manager by itself"
EXAMPLES = """\
examples:
  spanwise alerts run --config spanwise.yaml --collector http://127.0.0.1:8750
  spanwise alerts run --config-file alertmanager.yml --data /var/lib/alerts --http 127.0.0.1:9093
                                      in the place of Alertmanager: Prometheus, amtool and Karma notice nothing

A reload (SIGHUP, or POST /-/reload) reads the file anew; a bad one changes nothing.
"""


def arguments(parser: argparse.ArgumentParser) -> None:
    """Say what the command takes."""
    files = parser.add_mutually_exclusive_group()
    files.add_argument("--config", metavar="FILE", type=Path, help="a spanwise.yaml; its alerts section is taken")
    files.add_argument("--config-file", "--config.file", metavar="FILE", type=Path, help="an alertmanager.yml")
    parser.add_argument(
        "--data", "--storage.path", metavar="DIR", type=Path, default=Path("spanwise-data/alerts"),
        help="where alerts are kept (default: %(default)s)",
    )  # fmt: skip
    parser.add_argument("--http", "--web.listen-address", metavar="HOST:PORT", help="where to listen (127.0.0.1:9093)")
    parser.add_argument(
        "--external-url", "--web.external-url", metavar="URL", help="where people and receivers reach it"
    )
    parser.add_argument("--collector", metavar="URL", help="who is asked for numbers (default: http://127.0.0.1:8750)")


def run(options: argparse.Namespace) -> int:
    """Run the command until it is asked to stop, and give its exit status."""
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(name)s: %(message)s")
    from spanwise_alerts.config import AlertsConfig

    read = _reader(options)
    if options.http is not None:
        try:
            AlertsConfig(http=options.http)
        except ValueError as error:
            raise CommandError(f"--http: got {options.http!r}, expected HOST:PORT such as 127.0.0.1:9093") from error
    return asyncio.run(_serve(read(), read, options))


def _reader(options: argparse.Namespace) -> Callable[[], AlertsConfig]:
    def read() -> AlertsConfig:
        from spanwise_alerts.adopt.reader import config_of
        from spanwise_alerts.config import AlertsConfig

        if options.config_file is not None:
            # who runs Alertmanager has rules elsewhere
            config = config_of(options.config_file, str(options.config_file))
            config = config.model_copy(update={"default_rules": options.collector is not None})
        else:
            config = read_alerts(options.config) if options.config else AlertsConfig()
        said = {"http": options.http, "external_url": options.external_url}
        return config.model_copy(update={key: value for key, value in said.items() if value is not None})

    return read


async def _serve(config: AlertsConfig, read: Callable[[], AlertsConfig], options: argparse.Namespace) -> int:
    from spanwise_alerts.app import App
    from spanwise_alerts.errors import AlertsError

    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    app = App(
        config, collector_url=options.collector or "http://127.0.0.1:8750", data=options.data,
        now=time.time,  # noqa: TID251  the clock comes in here
        reread=read, file=options.config_file or options.config,
    )  # fmt: skip
    try:
        async with app:
            loop.add_signal_handler(signal.SIGHUP, lambda: _reload(app))
            say(f"alerts at http://{app.addresses['http']}, data in {options.data.resolve()}")
            await stop.wait()
    except (OSError, AlertsError) as error:
        raise CommandError(str(error)) from error
    return 0


def _reload(app: App) -> None:
    async def reload() -> None:
        from spanwise_alerts.errors import AlertsError

        try:
            await app.reload()
        except (ConfigError, AlertsError) as error:
            complain(f"nothing is changed: {error}")

    task = asyncio.ensure_future(reload())
    _reloads.add(task)
    task.add_done_callback(_reloads.discard)


# asyncio holds running tasks weakly
_reloads: set[asyncio.Future[None]] = set()
