"""Grafana boards: render, check, provision."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Protocol, cast

if TYPE_CHECKING:
    from spanwise_dashboards.address import Address
    from spanwise_dashboards.provision import Alerting, Outcome

_EXAMPLES = """\
examples:
  spanwise dashboards provision --grafana http://localhost:3000 --token-file grafana.token
  spanwise dashboards provision --grafana https://grafana.example.com/sub --token-file grafana.token \\
      --prometheus http://prometheus:9090 --collector http://collector:8750 --dry-run
  spanwise dashboards files --out /etc/grafana/provisioning
"""


class _Arguments(Protocol):
    action: str
    out: Path | None
    grafana: str
    token: str | None
    token_file: Path | None
    prometheus: str | None
    collector: str | None
    boards: str | None
    alertmanager: str | None
    rules: Path | None
    prune: bool
    wait: float
    dry_run: bool
    json: bool


def main(argv: list[str]) -> int:
    """Run `spanwise dashboards`; answer the exit status: 0 done, 1 drift or Grafana refused, 2 wrong arguments."""
    parser = _parser()
    arguments = cast("_Arguments", cast("object", parser.parse_args(argv)))
    if arguments.action == "render":
        return _render(arguments.out)
    if arguments.action == "check":
        return _check()
    try:
        _check_urls(arguments)
        if arguments.action == "files":
            return _files(arguments)
        address, alerting = _address(arguments), _alerting(arguments)
    except ValueError as error:
        parser.error(str(error))
    return _provision(arguments, address, alerting)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="spanwise dashboards",
        description=__doc__,
        epilog=_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    render = actions.add_parser("render", help="write the boards as JSON files, one each")
    render.add_argument("--out", type=Path, metavar="DIR", help="into this folder (default: the package's own files)")
    actions.add_parser("check", help="fail with a diff if the package's files are not what the specs render")
    provision = actions.add_parser(
        "provision",
        help="put data sources, folder and boards into a Grafana",
        description="Put data sources, folder and boards into a Grafana. Doing it again changes nothing.",
    )
    provision.add_argument("--grafana", required=True, metavar="URL", help="the address that opens Grafana")
    token = provision.add_mutually_exclusive_group(required=True)
    token.add_argument("--token", help="a service account token; others on the machine can see it while this runs")
    token.add_argument("--token-file", type=Path, metavar="FILE", help="a file that holds the token")
    files = actions.add_parser("files", help="write data sources and boards for Grafana's own provisioning folder")
    files.add_argument("--out", type=Path, required=True, metavar="DIR", help="Grafana's folder `provisioning`")
    files.add_argument("--boards", metavar="DIR", help="the boards' folder as Grafana sees it (default: where it is)")
    for each in (provision, files):
        _add_places(each)
    provision.add_argument("--prune", action="store_true", help="remove boards and alert rules of ours that are gone")
    provision.add_argument(
        "--wait", type=float, default=60.0, metavar="SECONDS", help="for a Grafana that is starting (default: 60)"
    )
    provision.add_argument("--dry-run", action="store_true", help="only say what would be done, with a diff")
    provision.add_argument("--json", action="store_true", help="answer JSON, not a table")
    return parser


def _add_places(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--prometheus",
        metavar="URL",
        help="Prometheus as Grafana reaches it (default: as it is, http://localhost:9090 for a new data source)",
    )
    parser.add_argument(
        "--collector",
        metavar="URL",
        help="the collector as Grafana reaches it (default: as it is, http://localhost:8750 for a new data source)",
    )
    parser.add_argument(
        "--alertmanager",
        metavar="URL",
        help="the alert manager as Grafana reaches it: makes a contact point of it (default: none)",
    )
    parser.add_argument(
        "--rules",
        type=Path,
        metavar="FILE",
        help="a rule file of Prometheus (`spanwise alerts export --prometheus`) for Grafana to judge itself",
    )


def _render(out: Path | None) -> int:
    from spanwise_dashboards.catalogue import FILES, write

    for file in write(out or FILES):
        print(file)
    return 0


def _check() -> int:
    from spanwise_dashboards.catalogue import FILES, drift

    difference = drift(FILES)
    if difference:
        print(difference, end="")
        print("the committed boards are not what the specs render; run: spanwise dashboards render", file=sys.stderr)
    return 1 if difference else 0


def _urls(arguments: _Arguments) -> dict[str, str | None]:
    return {
        "prometheus": arguments.prometheus, "collector": arguments.collector, "alertmanager": arguments.alertmanager,
    }  # fmt: skip


def _alerting(arguments: _Arguments) -> Alerting:
    from spanwise_dashboards.alerting import read_rules
    from spanwise_dashboards.provision import Alerting

    url = arguments.alertmanager
    groups = read_rules(arguments.rules, tell=url is not None) if arguments.rules else []
    return Alerting(url, groups)


def _check_urls(arguments: _Arguments) -> None:
    from spanwise_dashboards.address import web_url

    for name, url in _urls(arguments).items():
        if url is not None:
            web_url(name, url)


def _files(arguments: _Arguments) -> int:
    from spanwise_dashboards.files import provisioning

    if arguments.out is None:
        raise ValueError("out: none given; expected Grafana's folder `provisioning`")
    for file in provisioning(
        arguments.out, prometheus_url=arguments.prometheus, collector_url=arguments.collector, boards=arguments.boards,
        alerting=_alerting(arguments),
    ):  # fmt: skip
        print(file)
    return 0


def _address(arguments: _Arguments) -> Address:
    from spanwise_dashboards.address import address

    if arguments.token is not None:
        return address(arguments.grafana, arguments.token)
    if arguments.token_file is None:
        raise ValueError("token: none given; expected --token or --token-file")
    try:
        return address(arguments.grafana, arguments.token_file.read_text(encoding="utf-8"))
    except OSError as error:
        raise ValueError(f"token-file: cannot read {str(arguments.token_file)!r}: {error.strerror}") from error


def _provision(arguments: _Arguments, address: Address, alerting: Alerting) -> int:
    import time

    from spanwise_dashboards.catalogue import boards
    from spanwise_dashboards.errors import GrafanaError
    from spanwise_dashboards.grafana import Grafana
    from spanwise_dashboards.provision import Patience, provision

    patience = Patience(arguments.wait, time.sleep, lambda reason: print(reason, file=sys.stderr, flush=True))
    try:
        with Grafana(address) as grafana:
            outcomes = provision(
                grafana, boards(), patience, prometheus_url=arguments.prometheus, collector_url=arguments.collector,
                alerting=alerting, dry_run=arguments.dry_run, prune=arguments.prune,
            )  # fmt: skip
    except GrafanaError as error:
        print(f"spanwise dashboards: {error}", file=sys.stderr)
        return 1
    if arguments.json:
        _print_json(address.url, outcomes, dry_run=arguments.dry_run)
    else:
        _print_table(address.url, outcomes)
    return 0


def _print_json(url: str, outcomes: Sequence[Outcome], *, dry_run: bool) -> None:
    from dataclasses import asdict

    print(json.dumps({"grafana": url, "dry_run": dry_run, "outcomes": [asdict(each) for each in outcomes]}, indent=2))


def _print_table(url: str, outcomes: Sequence[Outcome]) -> None:
    from rich.console import Console
    from rich.table import Table

    table = Table(title=f"Grafana at {url}", title_justify="left")
    for heading in ("What", "Title", "Action"):
        table.add_column(heading, no_wrap=True)
    table.add_column("Where", overflow="fold")
    for each in outcomes:
        table.add_row(each.kind, each.title, each.action, each.detail)
    console = Console(markup=False)
    console.print(table)
    for each in outcomes:
        if each.diff:
            console.print(each.diff, soft_wrap=True)
