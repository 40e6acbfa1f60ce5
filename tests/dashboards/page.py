"""Makes the list of boards in docs/boards.md: `python -m tests.dashboards.page`."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from spanwise_dashboards.board import Board
from spanwise_dashboards.catalogue import boards

PAGE = Path(__file__).parents[2] / "docs/boards.md"
BEGIN = "<!-- made by `python -m tests.dashboards.page`: begin -->\n"
END = "<!-- end -->\n"
FIRST = "spanwise-fleet"


def page() -> str:
    """Write the page: what stands around the list stays."""
    before, _, rest = PAGE.read_text().partition(BEGIN)
    _, _, after = rest.partition(END)
    ordered = sorted(boards(), key=lambda board: (board.uid != FIRST, board.title))
    return before + BEGIN + "\n" + "\n".join(line for board in ordered for line in lines_of(board)) + END + after


def lines_of(board: Board) -> Iterator[str]:
    """Write one board."""
    yield f"## {board.title.removeprefix('Spanwise / ')} (`{board.uid}`)\n\n{board.question}\n"
    for row in board.rows:
        panels = "\n".join(f"| {panel.title} | {panel.question} |" for panel in row.panels)
        yield f"**{row.title}**\n\n| Panel | Question |\n|---|---|\n{panels}\n"


if __name__ == "__main__":
    PAGE.write_text(page())
