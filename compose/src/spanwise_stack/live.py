"""The demo's numbers as a table that renews itself, for a terminal."""

from __future__ import annotations

from types import TracebackType
from typing import Final, Self

from rich.box import SIMPLE_HEAD
from rich.console import Console, Group
from rich.live import Live as RefreshedBlock
from rich.table import Table
from rich.text import Text

from spanwise_stack.numbers import Row, Snapshot
from spanwise_stack.terminal import View, dollars, seconds

EVERY_S: Final = 0.5


def _cells(row: Row) -> tuple[str, ...]:
    return (row.name, f"{row.calls:,}", f"{row.errors:,}", seconds(row.p95_s))


class Live:
    """A table that renews itself, for a terminal."""

    every_s = EVERY_S

    def __init__(self, foot: str, live_s: int, console: Console | None = None) -> None:
        self._foot = foot
        self._p95 = f"p95 ({live_s} s)"
        self._console = console or Console(highlight=False)
        self._live = RefreshedBlock(console=self._console, auto_refresh=False)

    def __enter__(self) -> Self:
        self._live.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._live.stop()

    def say(self, line: str) -> None:
        """Write a line above the table."""
        self._console.print(line, markup=False, soft_wrap=True)

    def show(self, view: View) -> None:
        """Draw the tables anew."""
        firing = [Text(f"● {alert.name}: {alert.summary}", style="bold red") for alert in view.firing]
        state = firing or [Text("● no alert fires", style="green")]
        head = Text(f"{view.elapsed_s:.0f} s  {view.phase}", style="bold")
        parts = (head, self._models(view.numbers), self._tools(view.numbers), *state, Text(self._foot, style="dim"))
        self._live.update(Group(*parts), refresh=True)

    def _models(self, numbers: Snapshot) -> Table:
        table = Table("model", box=SIMPLE_HEAD)
        for name in ("calls", "errors", self._p95, "tokens in", "tokens out", "cost"):
            table.add_column(name, justify="right")
        for row in numbers.models:
            table.add_row(
                *_cells(row), f"{row.input_tokens or 0:,}", f"{row.output_tokens or 0:,}", dollars(row.cost_usd)
            )
        return table

    def _tools(self, numbers: Snapshot) -> Table:
        table = Table("tool", box=SIMPLE_HEAD)
        for name in ("calls", "errors", self._p95):
            table.add_column(name, justify="right")
        for row in numbers.tools:
            table.add_row(*_cells(row))
        return table
