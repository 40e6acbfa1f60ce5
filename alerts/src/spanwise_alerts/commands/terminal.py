"""Write for a person or, with --json, for a program."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Sequence
from typing import Any, Final

_WIDE: Final = 1000
_COLOURS: Final = {
    "info": "blue", "warning": "yellow", "critical": "red", "active": "green", "pending": "yellow", "expired": "dim",
    "suppressed": "dim",
}  # fmt: skip


class CommandError(Exception):
    """A command that cannot go on; its text is for the user."""


def say(text: str) -> None:
    """Write a line."""
    sys.stdout.write(f"{text}\n")


def complain(text: str) -> None:
    """Write a line to standard error."""
    sys.stderr.write(f"{text}\n")


def say_json(value: Any) -> None:  # noqa: ANN401  whatever JSON holds
    """Write a value as JSON."""
    say(json.dumps(value, indent=2, ensure_ascii=False))


def say_table(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """Write a table; no cell is read as markup, and nothing is folded in a pipe or a file."""
    from rich.box import SIMPLE_HEAD
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(box=SIMPLE_HEAD)
    for name in columns:
        table.add_column(name, overflow="fold")
    for row in rows:
        table.add_row(*(Text(cell, style=_COLOURS.get(cell, "")) for cell in row))
    Console(width=None if sys.stdout.isatty() else _WIDE).print(table)


def pairs(labels: dict[str, str], *without: str) -> str:
    """Write labels as `name=value` with blanks between them."""
    return " ".join(f"{name}={value}" for name, value in labels.items() if name not in without)


def short_time(text: str) -> str:
    """Cut the fraction off an RFC 3339 moment."""
    return f"{text[:19]}Z"
