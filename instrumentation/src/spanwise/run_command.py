"""Run a Python program with tracing on; the program itself is not changed."""

import argparse
import os
import shutil
import sys
from pathlib import Path

from spanwise import config

_BOOTSTRAP = Path(__file__).parent / "bootstrap"
_EXAMPLES = """examples:
  spanwise run python app.py --flag        run a program
  spanwise run --service planner app.py    name the service in its traces
  spanwise run -m my.agent                 run a module
  spanwise run uvicorn my.web:app          run any command that is written in Python

The program is the same process: exit code, signals, arguments and __main__ are its own. Python programs
that it starts are traced too. Where to send spans: --endpoint, or OTEL_EXPORTER_OTLP_ENDPOINT, else
http://127.0.0.1:4318. `python` means the Python that Spanwise is installed in.
"""


def main(argv: list[str]) -> int:
    """Replace this process by the program; answers only where it cannot start: 127 not found, 126 not runnable."""
    parser = _parser()
    options = parser.parse_args(argv)
    program: list[str] = options.program
    if program[:1] == ["--"]:
        program = program[1:]
    if not program:
        parser.error("program: got nothing, expected a script, a command or -m module")
    command = _command(["-m", *program] if options.module else program)
    environ = config.child_environment(_BOOTSTRAP, options.service, options.endpoint)
    sys.stdout.flush()
    try:
        os.execvpe(command[0], command, environ)  # noqa: S606  running the user's own command is the purpose
    except FileNotFoundError:
        print(f"spanwise run: program: got {command[0]!r}, expected a script or a command on PATH", file=sys.stderr)
        return 127
    except OSError as fault:
        print(f"spanwise run: {command[0]}: {fault.strerror}", file=sys.stderr)
        return 126


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="spanwise run",
        description=__doc__,
        epilog=_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        usage="spanwise run [--service NAME] [--endpoint URL] (python app.py | app.py | -m module | command) [args]",
        allow_abbrev=False,
    )
    parser.add_argument(
        "--service", metavar="NAME", help="service.name of the program's spans (else OTEL_SERVICE_NAME)"
    )
    parser.add_argument("--endpoint", metavar="URL", help="OTLP/HTTP base address, such as http://127.0.0.1:4318")
    parser.add_argument("-m", dest="module", action="store_true", help="run a module, as python -m does")
    parser.add_argument("program", nargs=argparse.REMAINDER, metavar="program", help="what to run, with its arguments")
    return parser


def _command(program: list[str]) -> list[str]:
    """Give the command line to execute: `python`, a script and `-m` run with the Python we are installed in."""
    first = program[0]
    if first == "-m":
        return [sys.executable, *program]
    if first in {"python", "python3"}:
        return [sys.executable, *program[1:]]
    if first.endswith(".py") or (Path(first).is_file() and shutil.which(first) is None):
        return [sys.executable, *program]
    beside = Path(sys.executable).parent / first  # a console script of an environment that is not activated
    if os.sep not in first and shutil.which(first) is None and beside.is_file():
        return [str(beside), *program[1:]]
    return program
