"""What the user sees: lasting lines, and the numbers of a moment."""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass
from types import TracebackType
from typing import Final, Protocol, Self, TextIO

from spanwise_alerts.quantity import human
from spanwise_stack.numbers import Snapshot

EVERY_S: Final = 5.0


@dataclass(frozen=True, slots=True)
class Firing:
    """An alert that fires: its tier and rule, and what it says."""

    name: str
    summary: str


@dataclass(frozen=True, slots=True)
class View:
    """One moment of the demo.

    Attributes:
        elapsed_s: since it is ready.
        phase: what the provider does at the moment.
        numbers: what the collector answers.
        firing: alerts that fire.
    """

    elapsed_s: float
    phase: str
    numbers: Snapshot
    firing: tuple[Firing, ...]


class Screen(Protocol):
    """Where lines and views go; entered for as long as views are shown.

    Attributes:
        every_s: seconds from one view to the next.
    """

    every_s: float

    def __enter__(self) -> Self: ...
    def __exit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None
    ) -> None: ...

    def say(self, line: str) -> None:
        """Write a line that stays."""
        ...

    def show(self, view: View) -> None:
        """Show a moment in place of the last one."""
        ...


def seconds(value: float | None) -> str:
    """Write a duration for people: "340 ms", "2.31 s", "-" for none."""
    return "-" if value is None else human(value, "s")


def dollars(value: float | None) -> str:
    """Write a cost for people; none means that no price is known."""
    return "unpriced" if value is None else human(value, "USD")


class Plain:
    """Lines only, for pipes, files and logs."""

    every_s = EVERY_S

    def __init__(self, out: TextIO = sys.stdout) -> None:
        self._out = out

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None
    ) -> None:
        del kind, fault, trace

    def say(self, line: str) -> None:
        """Write a line at once; once nobody reads them any more, write to nowhere: what runs must go on."""
        try:
            self._out.write(f"{line}\n")
            self._out.flush()
        except BrokenPipeError:
            nowhere = os.open(os.devnull, os.O_WRONLY)
            os.dup2(nowhere, self._out.fileno())
            os.close(nowhere)

    def show(self, view: View) -> None:
        """Write a moment as one line."""
        numbers = view.numbers
        firing = ", ".join(alert.name for alert in view.firing)
        self.say(
            f"{view.elapsed_s:5.0f}s  {view.phase:<8}  {numbers.calls:>5} calls  {numbers.errors:>4} errors  "
            f"p95 {seconds(numbers.p95_s):>7}  {numbers.tokens:>9,} tokens  {dollars(numbers.cost_usd):>9}"
            f"{f'  firing: {firing}' if firing else ''}"
        )
