"""The benchmarks: `python -m tests.bench [NAME [ARGUMENTS]]`; without a name all of them, one after the other."""

from __future__ import annotations

import importlib
import sys
from pathlib import Path

NAMES = sorted(path.stem for path in Path(__file__).parent.glob("[a-z]*.py") if "_" not in path.stem)


def main(argv: list[str]) -> int:
    if argv and argv[0] not in NAMES:
        print(f"unknown benchmark {argv[0]!r}; there are: {', '.join(NAMES)}", file=sys.stderr)
        return 2
    for name in argv[:1] or NAMES:
        print(f"== {name}")
        importlib.import_module(f"tests.bench.{name}").main(argv[1:])
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
