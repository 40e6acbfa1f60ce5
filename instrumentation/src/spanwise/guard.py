"""Keeps our own faults away from the agent: counted, logged once per place, raised only when asked."""

import contextlib
import functools
import logging
from collections import Counter
from collections.abc import Callable
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")

_logger = logging.getLogger("spanwise")
_counts: Counter[str] = Counter()
_settings = {"raise": False}


def configure(*, raise_faults: bool) -> None:
    """Say whether faults are raised after they were counted; only tests of Spanwise itself want that."""
    _settings["raise"] = raise_faults


def faults() -> dict[str, int]:
    """Count our own faults since the process began, by the place where they happened."""
    return dict(_counts)


def report(place: str, fault: Exception) -> None:
    """Count a fault of ours, log its first occurrence, and raise it only when `configure` asked for it."""
    _counts[place] += 1
    if _counts[place] == 1:
        with contextlib.suppress(Exception):  # a handler of the program's own may fail as well
            _logger.warning(
                "spanwise failed at %s; the program is not affected, a span may be missing", place, exc_info=fault
            )
    if _settings["raise"]:
        raise fault


def guarded(function: Callable[P, T]) -> Callable[P, T | None]:
    """Make a function of ours answer None where it would raise."""
    place = f"{function.__module__}.{function.__qualname__}"

    @functools.wraps(function)
    def inner(*args: P.args, **kwargs: P.kwargs) -> T | None:
        try:
            return function(*args, **kwargs)
        except Exception as fault:  # noqa: BLE001  the agent must never see a fault of ours
            report(place, fault)
            return None

    return inner
