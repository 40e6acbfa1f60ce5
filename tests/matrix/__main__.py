"""Runs the matrix of real SDKs: `python -m tests.matrix [--only openai,anthropic] [--json] [--write]`."""

import argparse
import sys
import tempfile
from pathlib import Path

from tests.matrix import table
from tests.matrix.environment import ROOT, NotInstalled, build, prepare
from tests.matrix.play import Cell, Row, consult, play
from tests.matrix.receiver import Receiver, receive
from tests.matrix.sdks import SCENARIOS, SDKS, Sdk
from tests.support.protocols.server import Server, serve


def main(argv: list[str]) -> int:
    """Run the rows that are asked for; exit status 1 where something was found."""
    options = _options(argv)
    work = Path(options.work or tempfile.mkdtemp(prefix="spanwise-matrix-"))
    chosen = _chosen(options.only)
    wheel = build(work)
    with serve() as server, receive() as receiver:
        rows = [_row(sdk, work, wheel, server, receiver) for sdk in chosen]
    if options.json:
        print(table.as_json(rows))
    else:
        print(table.markdown(rows))
    if options.write:
        page = ROOT / "docs" / "instrumentation.md"
        played, order = {row.sdk.name for row in rows}, [sdk.name for sdk in SDKS]
        kept = [row for row in table.read(page) if row.sdk.name not in played and row.sdk.name in order]
        table.write(sorted([*kept, *rows], key=lambda row: order.index(row.sdk.name)), page)
        table.write_tested(rows, ROOT / "instrumentation" / "src" / "spanwise" / "doctor" / "tested.py")
    return int(any(row.missing or row.doctor.found or any(cell.found for cell in row.cells.values()) for row in rows))


def _options(argv: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.matrix", description=__doc__)
    parser.add_argument("--only", default="", metavar="NAMES", help="distribution names, separated by commas")
    parser.add_argument("--work", metavar="DIR", help="keeps the environments for the next run (else temporary)")
    parser.add_argument("--json", action="store_true", help="print JSON instead of a table")
    parser.add_argument(
        "--write", action="store_true", help="write the table into docs, and the versions for the doctor"
    )
    return parser.parse_args(argv)


def _chosen(only: str) -> list[Sdk]:
    names = set(filter(None, only.split(",")))
    unknown = names - {sdk.name for sdk in SDKS}
    if unknown:
        raise SystemExit(f"--only: got {', '.join(sorted(unknown))}; expected {', '.join(s.name for s in SDKS)}")
    return [sdk for sdk in SDKS if not names or sdk.name in names]


def _row(sdk: Sdk, work: Path, wheel: Path, server: Server, receiver: Receiver) -> Row:
    row = Row(sdk)
    try:
        environment = prepare(sdk, work, wheel)
    except NotInstalled as reason:
        row.missing = f"not installed: {reason}"
        row.doctor = Cell(skipped=row.missing)
        return row
    row.version = environment.version
    for scenario, cell in play(sdk, environment, server, receiver):
        row.cells[scenario] = cell
        _progress(sdk, row.version, scenario, cell)
    assert set(row.cells) == set(SCENARIOS)
    row.doctor = consult(sdk, environment)
    _progress(sdk, row.version, "doctor", row.doctor)
    return row


def _progress(sdk: Sdk, version: str, scenario: str, cell: Cell) -> None:
    told = "ok" if cell.good else cell.skipped or "; ".join(cell.found)
    print(f"{sdk.name} {version} {scenario}: {told}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
