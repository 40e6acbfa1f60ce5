"""The points of one question over a stretch of time, in order and in pieces of bounded size."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from typing import Final

from spanwise_alerts.ask.past import Past
from spanwise_alerts.ask.source import Source
from spanwise_alerts.errors import AskError
from spanwise_alerts.question import Answer, Question

Piece = list[tuple[float, Answer]]
History = Callable[[Question, float, float], AsyncIterator[Piece]]
"""Give the points of a question after one moment up to another (Unix time): when each ends, and what it was."""

_AT_ONCE: Final = 20_000
"""Numbers that are read at once."""

_MOST: Final = 5_000_000
"""Numbers that are read in all; of many series the past is shorter."""

_PROBE: Final = 30
_MOST_ASKED: Final = 120
"""Points for which a source that knows no stretches is asked, one by one."""


def of_collector(url: str) -> History:
    """Read a collector's past; it raises `AskError` where the collector does not answer."""

    async def pieces(question: Question, after_s: float, until_s: float) -> AsyncIterator[Piece]:
        step_s = question.window_s
        count = round((until_s - after_s) / step_s)
        # how many series there are is seen at the end of the stretch
        piece = await _read(url, question, until_s - (min(_PROBE, count) - 1) * step_s, until_s)
        series = max(len(piece[-1][1].table.labels) if piece else 0, 1)
        left = min(count, max(_MOST // series, len(piece))) - len(piece)
        some = max(_AT_ONCE // series, 1)
        while left > 0:
            first_s = until_s - (left + len(piece) - 1) * step_s
            taken = min(some, left)
            yield await _read(url, question, first_s, first_s + (taken - 1) * step_s)
            left -= taken
        yield piece

    return pieces


def of_source(source: Source) -> History:
    """Ask a source for each moment, a bounded number of them."""

    async def pieces(question: Question, after_s: float, until_s: float) -> AsyncIterator[Piece]:
        step_s = question.window_s
        count = min(round((until_s - after_s) / step_s), _MOST_ASKED)
        for left in range(count - 1, -1, -1):
            at_s = until_s - left * step_s
            (answer,) = await source.ask([question], at_s)
            if isinstance(answer, AskError):
                raise answer
            yield [(at_s, answer)]

    return pieces


async def _read(url: str, question: Question, first_s: float, last_s: float) -> Piece:
    step_s = question.window_s
    past = Past(url, step_s)
    await past.read(lambda _: [question], first_s, last_s)
    moments = [first_s + n * step_s for n in range(round((last_s - first_s) / step_s) + 1)]
    return [(at_s, past.answer(question, at_s)) for at_s in moments]
