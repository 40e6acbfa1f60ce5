"""Drive the installed SDKs against a local server and say what is captured of them."""

import argparse
import sys

_EXAMPLES = """examples:
  spanwise doctor           a table for each SDK: plain, stream, early break, 429, 500, cancel, tool call
  spanwise doctor --json    the same for programs

Nothing leaves the machine: the calls go to a server on the loopback interface, and their spans are kept here.
A number with ~ is an estimate. Exit status 1 where something expected is not captured, 2 where tracing cannot begin.
"""


def main(argv: list[str]) -> int:
    """Run the command and give its exit status."""
    parser = argparse.ArgumentParser(
        prog="spanwise doctor",
        description=__doc__,
        epilog=_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--json", action="store_true", help="print JSON instead of tables")
    options = parser.parse_args(argv)

    from spanwise import config
    from spanwise.doctor import consult, report

    try:
        if config.read().disabled:
            print("spanwise doctor: OTEL_SDK_DISABLED is true: nothing is traced", file=sys.stderr)
            return 2
        found = consult.consult()
    except ValueError as fault:
        print(f"spanwise doctor: {fault}", file=sys.stderr)
        return 2
    print(report.as_json(found) if options.json else report.as_text(found, colour=sys.stdout.isatty()))
    return 0 if found.healthy else 1
