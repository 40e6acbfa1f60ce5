"""The `spanwise` command: finds the sub-commands that the installed parts offer."""

import difflib
import importlib
import os
import sys
from importlib.metadata import EntryPoint, entry_points, version

_GROUP = "spanwise.commands"
_INTRO = """Spanwise traces LLM agents: latency, tokens, cost and errors of every call, with no code change.

usage: spanwise <command> [options]      spanwise <command> --help

start here:
  spanwise run python app.py     run an agent with tracing on

commands:"""


def main(argv: list[str] | None = None) -> int:
    """Run a sub-command and answer its exit status; 2 for a command that does not exist."""
    args = sys.argv[1:] if argv is None else argv
    commands = {entry.name: entry for entry in entry_points(group=_GROUP)}
    if not args or args[0] in {"-h", "--help", "help"}:
        sys.stdout.write(_help(commands))
        return 0 if args else 2
    if args[0] in {"-V", "--version"}:
        sys.stdout.write(f"spanwise {version('spanwise')}\n")
        return 0
    entry = commands.get(args[0])
    if entry is None:
        sys.stderr.write(_unknown(args[0], commands))
        return 2
    try:
        status: int = entry.load()(args[1:])
        sys.stdout.flush()
    except BrokenPipeError:  # who read the output has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    return status


def _help(commands: dict[str, EntryPoint]) -> str:
    width = max((len(name) for name in commands), default=0)
    lines = [f"  {name:<{width}}  {_summary(entry)}" for name, entry in sorted(commands.items())]
    return "\n".join([_INTRO, *lines, "", "  --version  print the version", ""])


def _summary(entry: EntryPoint) -> str:
    """Give the first line of the docstring of a command's module."""
    try:
        text = importlib.import_module(entry.module).__doc__ or ""
    except ImportError as fault:
        return f"(not available: {fault})"
    return text.strip().partition("\n")[0]


def _unknown(name: str, commands: dict[str, EntryPoint]) -> str:
    near = difflib.get_close_matches(name, commands, n=1)
    hint = f"did you mean `spanwise {near[0]}`?" if near else f"expected one of {', '.join(sorted(commands))}"
    return f"spanwise: command: got {name!r}; {hint} (`spanwise --help` lists all)\n"
