"""Answers that may be used again: what changes slowly is not asked for at each tick."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from spanwise_alerts.errors import AskError
from spanwise_alerts.question import Answer, Question


class Recent:
    """The last answers of one source."""

    def __init__(self) -> None:
        self.answers: dict[Question, Answer | AskError] = {}
        self._asked_s: dict[Question, float] = {}

    def missing(self, wanted: Iterable[Question], now_s: float) -> list[Question]:
        """Return what has to be asked, each question once; answers that nobody wanted or that are old are let go."""
        each = list(dict.fromkeys(wanted))
        fresh = {q for q in each if q.fresh_s and 0 <= now_s - self._asked_s.get(q, float("-inf")) < q.fresh_s}
        kept = [q for q, asked_s in self._asked_s.items() if q in fresh or 0 <= now_s - asked_s < q.fresh_s]
        self.answers = {q: self.answers[q] for q in kept}
        self._asked_s = {q: self._asked_s[q] for q in kept}
        return [q for q in each if q not in fresh]

    def keep(self, asked: Sequence[Question], answers: Sequence[Answer | AskError], now_s: float) -> None:
        """Keep answers; one that failed is asked for again the next time."""
        for question, answer in zip(asked, answers, strict=True):
            self.answers[question] = answer
            self._asked_s[question] = float("-inf") if isinstance(answer, AskError) else now_s
