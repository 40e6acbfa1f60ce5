"""A real Prometheus for tests, and Grafana's way of asking it."""

from __future__ import annotations

import os
import re
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2
import pytest

from spanwise_dashboards.board import Board, Panel, Query

READY_S = 30.0
"""How long a Prometheus may take to start before a test gives up."""

_NAMED = re.compile(r"\$\{(\w+)\}|\$(\w+)")


@dataclass(frozen=True, slots=True)
class Prometheus:
    """A running Prometheus."""

    url: str

    def query(self, expr: str, at: float | None = None) -> list[dict[str, Any]]:
        """Ask an instant query; the answer's `result`."""
        return self._get("query", {"query": expr, **({"time": at} if at is not None else {})})["result"]

    def query_range(self, expr: str, start: float, end: float, step_s: float) -> list[dict[str, Any]]:
        """Ask a range query; the answer's `result`."""
        return self._get("query_range", {"query": expr, "start": start, "end": end, "step": step_s})["result"]

    def exemplars(self, expr: str, start: float, end: float) -> list[dict[str, Any]]:
        """Ask for the exemplars of the series in a query."""
        return self._get("query_exemplars", {"query": expr, "start": start, "end": end})

    def labels(self, label: str, series: str) -> list[str]:
        """Ask for the values of a label, as `label_values(series, label)` does."""
        return self._get(f"label/{label}/values", {"match[]": series})

    def _get(self, path: str, parameters: dict[str, Any]) -> Any:
        answer = httpx2.get(f"{self.url}/api/v1/{path}", params=parameters, timeout=30).json()
        if answer["status"] != "success":
            raise AssertionError(f"{answer['errorType']}: {answer['error']}\n{parameters}")
        return answer["data"]


def binary(name: str) -> str:
    """Find Debian's `prometheus`, `promtool` or `amtool`; without it skip the test, or fail it where CI is true."""
    found = shutil.which(name)
    if found is None:
        package = "prometheus-alertmanager" if name == "amtool" else "prometheus"
        reason = f"{name} is not installed (apt-get install {package})"
        pytest.fail(reason) if os.environ.get("CI") == "true" else pytest.skip(reason)
    return found


@contextmanager
def prometheus(
    folder: Path, targets: Sequence[str] = (), interval_s: float = 1.0, more: str = ""
) -> Iterator[Prometheus]:
    """Start a Prometheus in `folder` that scrapes `/metrics` of each `host:port`; wait until it is ready.

    Blocks that are in the folder `tsdb` already are its past.

    `more` is YAML beside `global` and `scrape_configs`, such as `alerting`.
    """
    program = binary("prometheus")
    config = folder / "prometheus.yml"
    interval = f"{round(interval_s * 1000)}ms"
    config.write_text(
        f"global: {{scrape_interval: {interval}, scrape_timeout: {interval}}}\n"
        "scrape_configs: [{job_name: spanwise, honor_labels: true, "
        f"static_configs: [{{targets: [{', '.join(map(repr, targets))}]}}]}}]\n" + more
    )
    address = f"127.0.0.1:{_free_port()}"
    command = [
        program,
        f"--config.file={config}",
        f"--storage.tsdb.path={folder / 'tsdb'}",
        f"--web.listen-address={address}",
        "--enable-feature=exemplar-storage",
        "--log.level=warn",
    ]
    log = folder / "prometheus.log"
    with log.open("wb") as output, subprocess.Popen(command, stdout=output, stderr=output) as process:
        try:
            _wait_ready(process, address, log)
            yield Prometheus(f"http://{address}")
        finally:
            process.terminate()
            process.wait(timeout=30)


def queries(board: Board) -> list[tuple[Panel, Query]]:
    """List every query of a board with its panel."""
    return [(panel, query) for row in board.rows for panel in row.panels for query in panel.queries]


def substitute(
    expr: str, *, rate_interval: str = "5s", range_: str = "1m", variables: Mapping[str, Sequence[str]] | None = None
) -> str:
    """Put values into a query as Grafana does: All (`.*`) where a variable has none, `(a|b)` for several."""
    values = {name: _regex(chosen) for name, chosen in (variables or {}).items()}
    values |= {"__rate_interval": rate_interval, "__range": range_}
    return _NAMED.sub(lambda match: values.get(match[1] or match[2], ".*"), expr)


_ROUND_S = (
    (0.015, 0.01), (0.035, 0.02), (0.075, 0.05), (0.15, 0.1), (0.35, 0.2), (0.75, 0.5), (1.5, 1), (3.5, 2), (7.5, 5),
    (12.5, 10), (17.5, 15), (25, 20), (45, 30), (90, 60), (210, 120), (450, 300), (750, 600), (1050, 900),
    (1500, 1200), (2700, 1800), (5400, 3600), (9000, 7200), (16200, 10800), (32400, 21600),
)  # fmt: skip


def interval_s(range_s: float, scrape_s: float, pixels: int = 1000) -> float:
    """Choose the step of a panel as Grafana does: `$__interval`, never finer than the scrapes are."""
    wanted = range_s / pixels
    rounded = next((value for below, value in _ROUND_S if wanted < below), 86400)
    return max(rounded, scrape_s)


def rate_interval(step_s: float, scrape_s: float) -> str:
    """Choose `$__rate_interval` as Grafana does: at least four scrapes."""
    return f"{max(step_s + scrape_s, 4 * scrape_s):g}s"


def _regex(chosen: Sequence[str]) -> str:
    # A PromQL string is unquoted once more, so a regular expression's backslash is written twice.
    escaped = [re.sub(r"[\\^$.*+?()\[\]{}|]", lambda match: f"\\\\{match[0]}", value) for value in chosen]
    return escaped[0] if len(escaped) == 1 else f"({'|'.join(escaped)})"


def _wait_ready(process: subprocess.Popen[bytes], address: str, log: Path) -> None:
    deadline = time.monotonic() + READY_S
    while time.monotonic() < deadline and process.poll() is None:
        try:
            if httpx2.get(f"http://{address}/-/ready").status_code == httpx2.codes.OK:
                return
        except httpx2.TransportError:
            pass
        time.sleep(0.05)
    raise AssertionError(f"prometheus did not start: {log.read_text()}")


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return server.getsockname()[1]
