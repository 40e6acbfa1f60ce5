"""Which boards there are, and their committed files."""

from __future__ import annotations

import difflib
import pkgutil
from importlib import import_module
from pathlib import Path
from typing import Final

from spanwise_dashboards import boards as package
from spanwise_dashboards.board import Board
from spanwise_dashboards.render import dump

FILES: Final = Path(__file__).with_name("json")
"""The folder of the rendered boards; it ships in the wheel."""


def boards() -> tuple[Board, ...]:
    """Find every board, by the name of its module."""
    names = sorted(module.name for module in pkgutil.iter_modules(package.__path__))
    return tuple(import_module(f"{package.__name__}.{name}").BOARD for name in names)


def write(folder: Path) -> list[Path]:
    """Write one JSON file a board into `folder`, which is made if missing; answer the files."""
    folder.mkdir(parents=True, exist_ok=True)
    files = {folder / f"{board.uid}.json": dump(board) for board in boards()}
    for file, text in files.items():
        file.write_text(text, encoding="utf-8")
    return list(files)


def drift(folder: Path) -> str:
    """Compare the files in `folder` with what the specs render now; answer a unified diff, empty if they agree."""
    fresh = {f"{board.uid}.json": dump(board) for board in boards()}
    found = {file.name: file.read_text(encoding="utf-8") for file in folder.glob("*.json")}
    lines: list[str] = []
    for name in sorted(fresh.keys() | found.keys()):
        before, after = found.get(name, ""), fresh.get(name, "")
        lines += difflib.unified_diff(
            before.splitlines(keepends=True), after.splitlines(keepends=True), f"committed/{name}", f"rendered/{name}"
        )
    return "".join(lines)
