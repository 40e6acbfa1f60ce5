"""Runs the matrix of real SDKs: `python -m tests.matrix [--only openai,anthropic] [--write]`; `--help` tells more."""

import argparse
import os
import pickle
import sys
import tempfile
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from pathlib import Path
from typing import TypeVar

from tests.matrix import double_table, table
from tests.matrix.environment import ROOT, build
from tests.matrix.play import play_row
from tests.matrix.sdks import SDKS
from tests.matrix.twice import Pair, play_pair
from tests.matrix.twins import TWINS

T = TypeVar("T")
_MOST_JOBS = 2
_PAGE = ROOT / "docs" / "instrumentation.md"
_TESTED = ROOT / "instrumentation" / "src" / "spanwise" / "doctor" / "tested.py"


def main(argv: list[str]) -> int:
    """Run the rows that are asked for; exit status 1 where something was found."""
    options = _options(argv)
    sdks = _chosen(options.only, SDKS, lambda sdk: sdk.name) if not options.twice else []
    twins = _chosen(options.only, TWINS, lambda twin: twin.name) if options.twice else []
    work = Path(options.work or tempfile.mkdtemp(prefix="spanwise-matrix-"))
    work.mkdir(parents=True, exist_ok=True)
    os.nice(10)  # whoever works beside it goes first
    wheel = build(work)
    if options.twice:
        pairs = finish(twins, lambda twin: twin.row, lambda twin: play_pair(twin, work, wheel), options, work)
        return _end_twice(pairs, write=options.write)
    rows = finish(sdks, lambda sdk: sdk.row, lambda sdk: play_row(sdk, work, wheel), options, work)
    print(table.as_json(rows) if options.json else table.markdown(rows))
    if options.write:
        table.write_rows(rows, _PAGE)
        table.write_tested(rows, _TESTED)
    return int(any(row.missing or row.doctor.found or any(cell.found for cell in row.cells.values()) for row in rows))


def _end_twice(pairs: Sequence[Pair], *, write: bool) -> int:
    print(double_table.markdown(pairs))
    if write:
        double_table.write(pairs, _PAGE)
    return int(any(pair.missing or any(seen.wrong for seen in pair.ways.values()) for pair in pairs))


def finish(
    chosen: Sequence[T], name: Callable[[T], str], run: Callable[[T], object], options: argparse.Namespace, work: Path
) -> list:
    """Run each, a few at a time; what is finished is kept, and taken from there where a run is resumed."""
    kept = work / "finished"
    kept.mkdir(exist_ok=True)
    files = {name(one): kept / f"{name(one)}.pickle" for one in chosen}
    due = [one for one in chosen if not (options.resume and files[name(one)].exists())]
    print(f"{len(due)} of {len(chosen)} to run, in {work}", file=sys.stderr, flush=True)
    with ThreadPoolExecutor(min(options.jobs, _MOST_JOBS)) as pool:
        running = {pool.submit(run, one): name(one) for one in due}
        for done, each in enumerate(as_completed(running), 1):
            files[running[each]].write_bytes(pickle.dumps(each.result()))
            print(f"{done} of {len(due)}: {running[each]}", file=sys.stderr, flush=True)
    return [pickle.loads(file.read_bytes()) for file in files.values()]


def _options(argv: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.matrix", description=__doc__)
    parser.add_argument("--only", default="", metavar="NAMES", help="names of rows, separated by commas")
    parser.add_argument("--twice", action="store_true", help="run other tracers beside ours, instead of the SDKs")
    parser.add_argument("--work", metavar="DIR", help="keeps environments and finished rows there (else temporary)")
    parser.add_argument("--resume", action="store_true", help="take the rows that are finished in --work from there")
    parser.add_argument("--jobs", type=int, default=1, choices=(1, _MOST_JOBS), help="rows at a time")
    parser.add_argument("--json", action="store_true", help="print JSON instead of a table")
    parser.add_argument(
        "--write", action="store_true", help="write the table into docs, and the versions for the doctor"
    )
    return parser.parse_args(argv)


def _chosen(only: str, every: Sequence[T], name: Callable[[T], str]) -> list[T]:
    names, known = set(filter(None, only.split(","))), list(dict.fromkeys(map(name, every)))
    unknown = names - set(known)
    if unknown:
        raise SystemExit(f"--only: got {', '.join(sorted(unknown))}; expected {', '.join(known)}")
    return [one for one in every if not names or name(one) in names]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
