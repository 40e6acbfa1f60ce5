"""Who adds to what an alert measures: its parts by each dimension that it is not narrowed to."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Final

from spanwise_alerts.evidence import Contributor
from spanwise_alerts.gather.subject import Subject
from spanwise_alerts.quantity import human
from spanwise_alerts.question import Answer, Question
from spanwise_schema.measures import PER_USER

_MOST: Final = 5
_OF_EACH: Final = 2
_SUMMED: Final = frozenset({"count", "sum", "rate"})
_LEAST_SHARE: Final = 0.05
_FEWEST: Final = 3
_NEAR: Final = 0.5
_TELLING: Final = "error_type"
_USER: Final = "user"


def part_questions(subject: Subject) -> dict[str, Question]:
    """Return a question for each dimension in which the series can be taken apart, by the dimension."""
    if not subject.live:
        return {}
    return {name: replace(subject.asked, by=(name,)) for name in subject.parts}


def user_question(subject: Subject) -> Question | None:
    """Return the question who spent most; None where users are not counted for the measure.

    It is answered from stored spans, which may take long.
    """
    asked = subject.asked
    known = subject.measure.name in PER_USER and asked.stat in {"sum", "rate"} and _USER not in subject.where
    if not known:
        return None
    since_s = subject.at_s - subject.window_s if asked.since_s is None else asked.since_s
    return replace(asked, stat="sum", by=(_USER,), since_s=since_s, window_s=0.0, top=_MOST)


def contributors(subject: Subject, answers: Mapping[str, Answer]) -> tuple[Contributor, ...]:
    """Return the greatest parts, at most two of a dimension.

    Args:
        subject: what was asked about.
        answers: to `part_questions` and `user_question`, by dimension.
    """
    read = _shared if subject.asked.stat in _SUMMED else _failing if subject.asked.stat == "ratio" else _single
    found: list[tuple[float, Contributor]] = []
    for name, answer in answers.items():
        parts = list(_parts(answer))
        # one part that is all of it says nothing, unless it is the only error
        if len(parts) > 1 or name in {_TELLING, _USER}:
            found += sorted(read(subject, name, parts), key=lambda each: -each[0])[:_OF_EACH]
    found.sort(key=lambda each: -each[0])
    return tuple(contributor for _, contributor in found[:_MOST])


def _parts(answer: Answer) -> Iterator[tuple[str, float, int]]:
    for labels, value, count in zip(answer.table.labels, answer.values, answer.counts, strict=True):
        if value is not None:
            yield (labels[0][1] if labels else ""), value, count


def _shared(
    subject: Subject, name: str, parts: Sequence[tuple[str, float, int]]
) -> Iterator[tuple[float, Contributor]]:
    whole = sum(value for _, value, _ in parts)
    for label, value, _ in parts:
        share = value / whole if whole else 0.0
        if label and share >= _LEAST_SHARE:
            yield share, Contributor(name, label, human(value, subject.unit), share)


def _failing(
    _subject: Subject, name: str, parts: Sequence[tuple[str, float, int]]
) -> Iterator[tuple[float, Contributor]]:
    whole = sum(value * count for _, value, count in parts)
    for label, value, count in parts:
        share = value * count / whole if whole else 0.0
        if label and share >= _LEAST_SHARE:
            failed = f"{round(value * count)} of {count} failed"
            text = f"{round(value * count)} errors" if name == _TELLING else failed
            yield share, Contributor(name, label, text, share)


def _single(
    subject: Subject, name: str, parts: Sequence[tuple[str, float, int]]
) -> Iterator[tuple[float, Contributor]]:
    seen = sum(count for _, _, count in parts)
    # a part that is hardly there explains nothing, however far out it is; nor does one that is far from the greatest
    weighty = [part for part in parts if part[0] and part[2] >= max(_FEWEST, _LEAST_SHARE * seen)]
    greatest = max((value for _, value, _ in weighty), default=0.0)
    for label, value, count in weighty:
        if value >= _NEAR * greatest > 0:
            yield value / greatest * count / seen, Contributor(name, label, human(value, subject.unit))
