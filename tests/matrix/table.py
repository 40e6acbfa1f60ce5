"""Shows the matrix as text, JSON and the table of docs/instrumentation.md."""

import ast
import json
import re
from collections.abc import Mapping, Sequence
from pathlib import Path

from tests.matrix.play import Cell, Row
from tests.matrix.sdks import SCENARIOS, SDKS, Sdk

BEGIN, END = "<!-- matrix: written by `python -m tests.matrix --write` -->", "<!-- end of matrix -->"
_TITLES = {"tool": "tool call", "retry": "429, then 200", "error": "500", "break": "early break"}


def markdown(rows: Sequence[Row]) -> str:
    """Write the table, and below it what was found in the cells that are not good."""
    titles = ["SDK", "API", *(_TITLES.get(scenario, scenario) for scenario in SCENARIOS), "doctor"]
    lines = [f"| {' | '.join(titles)} |", f"|{'---|' * len(titles)}"]
    notes: list[str] = []
    for row in rows:
        played = [row.cells.get(scenario, Cell(skipped=row.missing or "not played")) for scenario in SCENARIOS]
        cells = [_cell(cell, notes) for cell in (*played, row.doctor)]
        lines.append(f"| {row.sdk.name} {row.version} | {row.sdk.api} | {' | '.join(cells)} |")
    told = [f"{index}. {note}" for index, note in enumerate(notes, 1)]
    names = {row.sdk.name for row in rows}
    alone = [f"`{sdk.name}` ({sdk.alone})" for sdk in SDKS if sdk.alone and sdk.name in names]
    without = ["", f"Without a row of an older major: {'; '.join(alone)}."] if alone else []
    return "\n".join([*lines, *(["", *told] if told else []), *without])


def as_json(rows: Sequence[Row]) -> str:
    """Write the matrix for programs."""
    return json.dumps(
        [
            {
                "sdk": row.sdk.name,
                "version": row.version,
                "api": row.sdk.api,
                "missing": row.missing or None,
                "doctor": list(row.doctor.found),
                "cells": {
                    scenario: {"good": cell.good, "found": list(cell.found), "skipped": cell.skipped or None}
                    for scenario, cell in row.cells.items()
                },
            }
            for row in rows
        ],
        indent=2,
    )


def write_rows(rows: Sequence[Row], page: Path) -> None:
    """Put rows among those that the page has, in the order of the matrix, in the place of all of the same SDKs."""
    played, order = {row.sdk.name for row in rows}, list(dict.fromkeys(sdk.name for sdk in SDKS))
    kept = [row for row in read(page) if row.sdk.name not in played and row.sdk.name in order]
    write(sorted([*kept, *rows], key=lambda row: order.index(row.sdk.name)), page)


def write(rows: Sequence[Row], page: Path) -> None:
    """Put the table between its marks, and leave the rest of the page alone."""
    head, _, tail = between(page, BEGIN, END)
    page.write_text(f"{head}{BEGIN}\n{markdown(rows)}\n{END}{tail}")


def between(page: Path, begin: str, end: str) -> tuple[str, str, str]:
    """Cut a page into what is before a mark, between both and after. Raises SystemExit where a mark is missing."""
    head, first, rest = page.read_text().partition(begin)
    middle, last, tail = rest.partition(end)
    if not first or not last:
        raise SystemExit(f"{page}: expected {begin!r} and {end!r}")
    return head, middle, tail


def read(page: Path) -> list[Row]:
    """Read the rows of a page again, so that a run of some SDKs leaves the others as they were."""
    lines = between(page, BEGIN, END)[1].strip().splitlines()
    notes = {number: text for number, dot, text in (line.partition(". ") for line in lines) if dot and number.isdigit()}
    rows: list[Row] = []
    for line in (line for line in lines[2:] if line.startswith("|")):
        first, api, *cells = [cell.strip() for cell in line.strip("|").split(" | ")]
        name, _, version = first.partition(" ")
        *played, doctor = [_read_cell(cell, notes) for cell in cells]
        rows.append(Row(Sdk(name, "", api), version, doctor, dict(zip(SCENARIOS, played, strict=True))))
    return rows


def _read_cell(text: str, notes: Mapping[str, str]) -> Cell:
    mark, _, number = text.rstrip(")").partition(" (")
    note = notes.get(number, "")
    if mark == "✓":
        told = note.removeprefix("told by ").partition(",")[0]
        return Cell(others=(told,) if told else ())
    return Cell(skipped=note) if mark == "not played" else Cell((note,))


def write_tested(rows: Sequence[Row], file: Path) -> None:
    """Keep the versions of the rows in which nothing was found; what other runs have kept stays."""
    head, mark, rest = file.read_text().partition("VERSIONS: Final[dict[str, tuple[str, ...]]] = ")
    body, end, tail = rest.partition("\n}\n")
    kept: dict[str, set[str]] = {name: set(versions) for name, versions in ast.literal_eval(f"{body}\n}}").items()}
    for row in rows:
        if row.version and not any(cell.found for cell in row.cells.values()):
            kept.setdefault(row.sdk.name, set()).add(row.version)
    lines = [f'    "{name}": ({_quoted(kept[name])}),' for name in sorted(kept)]
    file.write_text("\n".join([f"{head}{mark}{{", *lines]) + end + tail)


def _quoted(versions: set[str]) -> str:
    ordered = sorted(versions, key=lambda version: [int(part) for part in re.findall(r"\d+", version)])
    return ", ".join(f'"{version}"' for version in ordered) + ("," if len(ordered) == 1 else "")


def _cell(cell: Cell, notes: list[str]) -> str:
    if cell.good and not cell.others:
        return "✓"
    others = f"told by {', '.join(cell.others)}, from which ours stands back" if cell.others else ""
    note = " ".join((cell.skipped or "; ".join(cell.found) or others).replace("|", "\\|").split())
    if note not in notes:
        notes.append(note)
    mark = "✓" if cell.good else "not played" if cell.skipped else "✗"
    return f"{mark} ({notes.index(note) + 1})"
