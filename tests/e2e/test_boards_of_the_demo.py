"""Every query of every board, asked of a real Prometheus that scraped the demo: a real agent, a fault, its recovery."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from spanwise_dashboards.board import Board, Query
from spanwise_dashboards.catalogue import boards
from tests.support.prometheus import Prometheus, prometheus, queries, substitute
from tests.support.up import COMMAND, Up

STEP_S = 2.0
MODES = {
    "all": {},
    "one": {"model": ["gpt-4o"], "tool": ["search_web"]},
    "two": {"model": ["gpt-4o", "gpt-4o-mini"], "tool": ["search_web", "read_page"]},
}
"""How the drop-downs are set."""


@dataclass(frozen=True)
class Scraped:
    """What is left of a demo: Prometheus, and from when to when it went (Unix time)."""

    server: Prometheus
    begun_s: float
    ended_s: float

    def ask(self, query: Query, chosen: dict[str, list[str]]) -> bool:
        """Say whether anything comes back; raise where Prometheus refuses the query."""
        expr = substitute(query.expr, variables=chosen)
        if not query.instant:
            return bool(self.server.query_range(expr, self.begun_s, self.ended_s, STEP_S))
        moments = [self.ended_s - back_s for back_s in range(0, int(self.ended_s - self.begun_s), 5)]
        return any(self.server.query(expr, at_s) for at_s in moments)


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scraped]:
    folder = tmp_path_factory.mktemp("demo")
    up = Up(folder)
    targets = [f"127.0.0.1:{up.ports[name]}" for name in ("http", "alerts")]
    flags = [part for name, port in up.ports.items() for part in (f"--{name}", f"127.0.0.1:{port}")]
    with prometheus(tmp_path_factory.mktemp("prometheus"), targets) as server:
        begun_s = time.time()
        ran = subprocess.run(
            [COMMAND, "up", "--demo", "--data", folder / "data", *flags], capture_output=True, text=True, check=False
        )
        assert ran.returncode == 0, ran.stdout + ran.stderr
        yield Scraped(server, begun_s, time.time())


NOT_IN_THE_DEMO = {
    "Value in its expected band", "Unusual series", "Scores", "Unusual by rule", "Runaway runs",
    "Burn of runaway runs", "Rejected spans by reason", "Refused requests by reason", "Log records and metric points",
    "Values that were no such thing", "Points outside the windows", "Budget left", "Duplicates by reason",
    "Highest score", "Objectives", "Burn rate",
}  # fmt: skip
"""What a minute does not bring about: faults of senders, other signals, budgets, what takes long to learn."""
SELDOM = {
    "Noisy rules", "Messages by receiver", "Time to the first word p95", "Failed deliveries", "Undelivered letters",
}  # fmt: skip
"""What happens so seldom in a minute, or is over so soon, that the scrapes may all lie beside it."""
OF_OTHERS = {
    "First chunk p95", "First chunk p95 by model", "Errors by type", "Agents that a provider fails",
}  # fmt: skip
"""What the models and tools that are chosen may not have: another one streams, another one fails."""


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("board", boards(), ids=lambda board: board.uid)
def test_the_boards_show_what_the_demo_does(demo: Scraped, board: Board, mode: str):
    panels = [(panel, query) for panel, query in queries(board) if panel.title not in SELDOM]
    empty = {panel.title for panel, query in panels if not demo.ask(query, MODES[mode])}
    assert empty - (OF_OTHERS if MODES[mode] else set()) <= NOT_IN_THE_DEMO
