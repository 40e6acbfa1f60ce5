"""Draw the course of a measure as a picture; run as a module it draws for another process, until that has no more."""

from __future__ import annotations

import io
import math
import os
import sys
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from functools import partial
from typing import Any, BinaryIO, Final

import msgspec

from spanwise_alerts.quantity import human

WIDTH: Final = 600
HEIGHT: Final = 220
"""Of the picture where it is shown, in CSS pixels; it has twice as many."""

LENGTH_BYTES: Final = 4
_Drawn = Any
"""matplotlib's own types are known in part only."""

_DPI: Final = 200
_LINE, _INK, _GRID, _BAND = "#1d4ed8", "#4b5563", "#e5e7eb", "#93c5fd"
_TIER: Final = {"info": "#2563eb", "warning": "#b45309", "critical": "#dc2626"}
_STEPS_S: Final = (10, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10800, 21600, 43200, 86400, 172800, 604800)
_MOST_TICKS: Final = 7
_DAY_S: Final = 86400.0
_FAR: Final = 6.0
"""A threshold so many times beyond all values would flatten them; it is left to the words."""


class Picture(msgspec.Struct, frozen=True):
    """What is drawn; times are Unix seconds.

    Attributes:
        threshold: drawn across; None where there is none.
        lower: of the expected band, a point each, as `upper`; empty where there is none.
        breach_s: from when to when it fires.
        tier: gives the colour of threshold and breach.
    """

    title: str
    unit: str
    at_s: list[float]
    values: list[float | None]
    breach_s: tuple[float, float]
    tier: str
    threshold: float | None = None
    lower: list[float | None] = []
    upper: list[float | None] = []


def draw(picture: Picture) -> bytes:
    """Draw it as PNG."""
    from matplotlib import rc_context  # pyright: ignore[reportUnknownVariableType]  of the names it takes
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    # dollars are money, not mathematics
    with rc_context({"text.parse_math": False, "font.size": 9, "font.family": "DejaVu Sans"}):
        figure: _Drawn = Figure((WIDTH / 100, HEIGHT / 100), dpi=_DPI, facecolor="white", layout="constrained")
        FigureCanvasAgg(figure)
        axes: _Drawn = figure.add_subplot()
        _plot(axes, picture)
        _scale(axes, picture)
        buffer = io.BytesIO()
        figure.savefig(buffer, format="png", metadata={"Software": None})
    return buffer.getvalue()


def described(picture: Picture) -> str:
    """Say in a line what is drawn, for who sees no pictures."""
    seen = [value for value in picture.values if value is not None]
    ends = [_clock(at_s, how="%Y-%m-%d %H:%M") for at_s in (picture.at_s[0], picture.at_s[-1])]
    low, high, last = (human(value, picture.unit) for value in (min(seen), max(seen), seen[-1]))
    against = "" if picture.threshold is None else f"; threshold {human(picture.threshold, picture.unit)}"
    return f"{picture.title} from {ends[0]} to {ends[1]} UTC: between {low} and {high}, at last {last}{against}"


def serve(asked: BinaryIO, answers: BinaryIO) -> None:
    """Draw each line of JSON that comes; answer each with the length (4 bytes, the greatest first) and the picture."""
    decoder = msgspec.json.Decoder(Picture)
    for line in asked:
        drawn = draw(decoder.decode(line))
        answers.write(len(drawn).to_bytes(LENGTH_BYTES, "big") + drawn)
        answers.flush()


def _plot(axes: _Drawn, picture: Picture) -> None:
    colour = _TIER.get(picture.tier, _INK)
    begun_s, until_s = picture.breach_s
    axes.axvspan(max(begun_s, picture.at_s[0]), max(until_s, begun_s), color=colour, alpha=0.1, linewidth=0)
    if picture.lower or picture.upper:
        low = _numbers(picture.lower or [0.0] * len(picture.at_s), 0.0)
        high = _numbers(picture.upper or picture.lower, _greatest(picture))
        axes.fill_between(picture.at_s, low, high, color=_BAND, alpha=0.35, linewidth=0)
        _note(axes, "usual", high[0], -11, _INK)
    values = _numbers(picture.values, math.nan)
    axes.plot(picture.at_s, values, color=_LINE, linewidth=1.4, solid_capstyle="round")
    lonely = [math.nan if _has_neighbour(values, place) else value for place, value in enumerate(values)]
    axes.plot(picture.at_s, lonely, color=_LINE, marker="o", markersize=2.5, linewidth=0)
    if picture.threshold is not None and abs(picture.threshold) <= _FAR * _greatest(picture):
        axes.axhline(picture.threshold, color=colour, linewidth=1, linestyle=(0, (4, 3)))
        _note(axes, f"threshold {human(picture.threshold, picture.unit)}", picture.threshold, 2, colour)


def _note(axes: _Drawn, text: str, value: float, above_points: int, colour: str) -> None:
    where = {"xycoords": ("axes fraction", "data"), "textcoords": "offset points"}
    axes.annotate(text, (0, value), (3, above_points), color=colour, fontsize=8.5, **where)


def _scale(axes: _Drawn, picture: Picture) -> None:
    from matplotlib.ticker import FixedLocator, FuncFormatter, MaxNLocator

    first_s, last_s = picture.at_s[0], picture.at_s[-1]
    axes.set_xlim(first_s, max(last_s, first_s + 1))
    least = min([0.0, *(value for value in picture.values if value is not None)])
    axes.set_ylim(least, least + (_greatest(picture, drawn=True) - least) * 1.15 or 1.0)
    step_s = next((s for s in _STEPS_S if (last_s - first_s) / s <= _MOST_TICKS), _STEPS_S[-1])
    ticks = [n * step_s for n in range(math.ceil(first_s / step_s), math.floor(last_s / step_s) + 1)]
    how = "%d %b" if step_s >= _DAY_S else "%d %b %H:%M" if last_s - first_s > _DAY_S else "%H:%M"
    axes.xaxis.set_major_locator(FixedLocator(ticks))
    axes.xaxis.set_major_formatter(FuncFormatter(partial(_clock, how=how)))
    axes.yaxis.set_major_locator(MaxNLocator(4))
    axes.yaxis.set_major_formatter(FuncFormatter(partial(_amount, unit=picture.unit)))
    axes.grid(visible=True, axis="y", color=_GRID, linewidth=0.6)
    axes.set_axisbelow(True)
    axes.tick_params(colors=_INK, length=0, labelsize=9)
    for side in ("top", "right", "left"):
        axes.spines[side].set_visible(False)
    axes.spines["bottom"].set_color(_GRID)
    axes.set_title(f"{picture.title}, times in UTC", loc="left", fontsize=9, color=_INK)


def _greatest(picture: Picture, *, drawn: bool = False) -> float:
    """Return how far up it goes; with `drawn` also the threshold and the band, where they are shown."""
    seen = max((abs(value) for value in picture.values if value is not None), default=0.0)
    beyond = [value for value in (picture.threshold, *picture.upper) if value is not None and value <= _FAR * seen]
    return max([seen, *beyond]) if drawn else seen


def _numbers(values: Iterable[float | None], absent: float) -> list[float]:
    return [absent if value is None else value for value in values]


def _has_neighbour(values: Sequence[float], place: int) -> bool:
    return any(not math.isnan(value) for value in (*values[max(place - 1, 0) : place], *values[place + 1 : place + 2]))


def _clock(at_s: float, _place: int = 0, *, how: str) -> str:
    return datetime.fromtimestamp(at_s, UTC).strftime(how)


def _amount(value: float, _place: int, *, unit: str) -> str:
    return human(value, unit) if value else "0"


def _main() -> None:
    # what matplotlib may print must not come between the answers
    answers = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    serve(sys.stdin.buffer, answers)


if __name__ == "__main__":
    _main()
