"""Says what the doctor found, as aligned text and as JSON."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import cast

import msgspec

from spanwise.doctor.cases import ESTIMATED, FINISH, INPUT, OUTPUT, RESENDS, TTFT
from spanwise.doctor.examine import Examined, Outcome

_GREEN, _RED, _YELLOW, _BOLD, _OFF = "\x1b[32m", "\x1b[31m", "\x1b[33m", "\x1b[1m", "\x1b[0m"
_HEADS = ("case", "spans", "input", "output", "first chunk", "finish", "error", "")


@dataclass(frozen=True, slots=True)
class Report:
    """All that was found."""

    sdks: tuple[Examined, ...]
    warnings: tuple[str, ...] = ()
    unprobed: tuple[str, ...] = ()
    """SDKs that are installed, but only the matrix can drive."""

    @property
    def healthy(self) -> bool:
        """Whether everything that was expected is captured."""
        return not any(outcome.missing for sdk in self.sdks for outcome in sdk.outcomes)


def as_json(report: Report) -> str:
    """Write the report for programs."""
    told = {
        "healthy": report.healthy,
        "sdks": [
            {
                "distribution": sdk.distribution,
                "version": sdk.version,
                "cases": [
                    {
                        "case": outcome.case,
                        "missing": list(outcome.missing),
                        "skipped": outcome.skipped or None,
                        "spans": list(outcome.spans),
                    }
                    for outcome in sdk.outcomes
                ],
            }
            for sdk in report.sdks
        ],
        "unprobed": list(report.unprobed),
        "warnings": list(report.warnings),
    }
    return msgspec.json.format(msgspec.json.encode(told), indent=2).decode()


def as_text(report: Report, *, colour: bool) -> str:
    """Write the report for people."""
    lines: list[str] = []
    for sdk in report.sdks:
        lines += [_paint(f"{sdk.distribution} {sdk.version}", _BOLD, colour=colour), *_table(sdk, colour=colour), ""]
    if not report.sdks:
        lines += ["No SDK that the doctor can drive is installed.", ""]
    if any(span.get(ESTIMATED) for sdk in report.sdks for one in sdk.outcomes for span in one.spans):
        lines += ["~ is an estimate: the stream was left before the provider told its usage.", ""]
    if report.unprobed:
        lines += [f"Installed and known, but not driven here: {', '.join(report.unprobed)}.", ""]
    lines += [_paint(f"warning: {warning}", _YELLOW, colour=colour) for warning in report.warnings]
    verdict = "Everything expected is captured." if report.healthy else "Something expected is not captured."
    return "\n".join([*lines, _paint(verdict, _GREEN if report.healthy else _RED, colour=colour)])


def _table(sdk: Examined, *, colour: bool) -> list[str]:
    rows = [_HEADS, *(_row(outcome) for outcome in sdk.outcomes)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(_HEADS))]
    lines = [
        "  " + "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows
    ]
    for index, outcome in enumerate(sdk.outcomes, 1):
        lines[index] = lines[index] if not outcome.missing else _paint(lines[index], _RED, colour=colour)
    return [*lines, *(f"    {outcome.case}: {fault}" for outcome in sdk.outcomes for fault in outcome.missing)]


def _row(outcome: Outcome) -> tuple[str, ...]:
    last: Mapping[str, object] = outcome.spans[-1] if outcome.spans else {}
    mark = "~" if last.get(ESTIMATED) else ""
    ttft = last.get(TTFT)
    finish = last.get(FINISH)
    errors = [str(span["error.type"]) for span in outcome.spans if "error.type" in span]
    resent = f"resent {last[RESENDS]}x" if RESENDS in last else ""
    return (
        outcome.case,
        str(len(outcome.spans)),
        f"{mark}{last.get(INPUT, '-')}",
        f"{mark}{last.get(OUTPUT, '-')}",
        f"{ttft * 1000:.1f} ms" if isinstance(ttft, float) else "-",
        ", ".join(cast("Sequence[str]", finish)) if finish else "-",
        " ".join(filter(None, [*errors, resent])) or "-",
        "not as expected" if outcome.missing else outcome.skipped or "ok",
    )


def _paint(text: str, code: str, *, colour: bool) -> str:
    return f"{code}{text}{_OFF}" if colour else text
