"""`/api/v1/expected` and `/api/v1/feedback`: what anomaly rules expected, and what people think of their alerts."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Final, Literal

import msgspec
from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from spanwise_alerts.alert import Labels
from spanwise_alerts.detect.anomaly.band import Band
from spanwise_alerts.faults import expected
from spanwise_alerts.matchers import Matchers, matches_all, parse_all
from spanwise_alerts.plan import Happening, Plan
from spanwise_alerts.quantity import seconds
from spanwise_alerts.record.trail import Wanted
from spanwise_alerts.rule import Rule
from spanwise_alerts.rules.anomaly import Anomaly
from spanwise_alerts.study import Study
from spanwise_alerts.view.posted import body_of
from spanwise_alerts.view.wire import Json, body, refused

LESSONS: Final = {"noise": 0.15, "useful": -0.05}
"""By how much a word moves the thresholds of a series (a logarithm): noise makes them 16 % higher, useful 5 % lower."""

_MOST_POINTS: Final = 100_000


@dataclass(frozen=True, slots=True)
class Insight:
    """What the API knows of anomaly rules.

    Attributes:
        study: what they know of their series.
        rules: that are loaded.
        trail: reads the audit trail.
        commit: writes to it.
    """

    study: Study
    rules: Callable[[], Sequence[Rule]]
    trail: Callable[[Wanted], Awaitable[list[Happening]]]
    commit: Callable[[Plan], Awaitable[None]]


class Stretch(BaseModel):
    """Which bands are asked for."""

    model_config = ConfigDict(extra="forbid")

    rule: str = Field(description="the name of a rule of kind anomaly")
    matchers: list[str] = Field([], alias="filter", description='of series, such as model="gpt-4o"; may repeat')
    since: str = Field("3h", description="how long ago it begins, such as 3h, or Unix time; at most 3d are kept")
    until: str = Field("0", description="how long ago it ends, or Unix time")
    step: str = Field("0", description="at most one point each so long; 0 for every point")


class _Word(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    fingerprint: str
    verdict: Literal["noise", "useful"]
    author: str = ""
    comment: str = ""


_WORD: Final = msgspec.json.Decoder(_Word)


class _Unknown(Exception):
    """What was asked for is not there; the message says what is."""


def routes(insight: Insight, now: Callable[[], float]) -> APIRouter:
    """Make the routes."""
    router = APIRouter(prefix="/api/v1", tags=["spanwise"])

    @router.get("/expected", summary="What an anomaly rule saw and expected over time, by series")
    async def expected_bands(asked: Annotated[Stretch, Query()]) -> Response:
        try:
            return Json(await _expected(insight, asked, now()))
        except _Unknown as error:
            return refused(str(error), 404)
        except ValueError as error:
            return refused(str(error))

    @router.post(
        "/feedback", summary="Say whether an anomaly's alert was noise or useful; it moves that series' thresholds",
        openapi_extra=body_of("fingerprint: of the alert; verdict: noise or useful; author; comment"),
    )  # fmt: skip
    async def feedback(request: Request) -> Response:
        try:
            word = _WORD.decode(await body(request))
            return Json(await _feedback(insight, word, now()))
        except _Unknown as error:
            return refused(str(error), 404)
        except msgspec.MsgspecError as error:
            return refused(f"expected fingerprint and verdict, noise or useful: {error}")

    _ = expected_bands, feedback
    return router


async def _expected(insight: Insight, asked: Stretch, now_s: float) -> dict[str, Any]:
    rule = _anomaly(insight, asked.rule)
    wanted = parse_all(asked.matchers)
    since_s, until_s = _moment("since", asked.since, now_s), _moment("until", asked.until, now_s)
    step_s = _length("step", asked.step)
    moments = await insight.study.expected(rule.name, since_s, until_s)
    by_series: dict[Labels, list[Band]] = {}
    count = 0
    for drawn in moments:
        for band in drawn.bands():
            points = by_series.setdefault(band.series, [])
            if _fits(wanted, rule, band.series) and (not points or band.at_s - points[-1].at_s >= step_s):
                points.append(band)
                count += 1
    if count > _MOST_POINTS:
        raise ValueError(f"got {count} points, expected at most {_MOST_POINTS}: a longer step, or fewer series")
    series = [{"labels": dict(labels), "points": [_point(band) for band in points]}
              for labels, points in by_series.items() if points]  # fmt: skip
    return {"rule": rule.name, "measure": rule.measure, "stat": rule.stat, "unit": rule.unit,
            "every_s": rule.bucket_s, "series": series}  # fmt: skip


def _fits(wanted: Matchers, rule: Rule, series: Labels) -> bool:
    return matches_all(wanted, {"alertname": rule.name, **dict(series)})


def _point(band: Band) -> dict[str, Any]:
    return {
        "at": band.at_s, "value": band.value, "expected": band.expected, "lower": band.lower, "upper": band.upper,
        "score": band.score,
    }  # fmt: skip


def _anomaly(insight: Insight, name: str) -> Anomaly:
    known = {rule.name: rule for rule in insight.rules() if isinstance(rule, Anomaly)}
    if name not in known:
        raise _Unknown(f"rule: {expected(name, known)}" if known else "rule: there is none of kind anomaly")
    return known[name]


def _moment(field: str, text: str, now_s: float) -> float:
    """Read how long ago, or Unix time."""
    try:
        at_s = float(text)
    except ValueError:
        return now_s - _length(field, text)
    return at_s or now_s


def _length(field: str, text: str) -> float:
    try:
        return seconds(text)
    except ValueError as error:
        raise ValueError(f"{field}: {error}") from error


async def _feedback(insight: Insight, word: _Word, now_s: float) -> dict[str, Any]:
    happened = await insight.trail(Wanted(word.fingerprint))
    fired = next((each for each in reversed(happened) if each.what == "fired"), None)
    if fired is None:
        raise _Unknown(f"fingerprint: got {word.fingerprint!r}, expected that of an alert that fired lately")
    rule, labels = str(fired.detail.get("rule", "")), fired.detail.get("labels", {})
    _anomaly(insight, rule)
    # of one firing the last word counts, and once
    since = happened[happened.index(fired) :]
    before = next((each.detail["verdict"] for each in reversed(since) if each.what == "feedback"), None)
    lesson = LESSONS[word.verdict] - (LESSONS[before] if before else 0.0)
    try:
        factor = await insight.study.teach(rule, labels, lesson)
    except KeyError as error:
        raise _Unknown(f"{rule} knows nothing of this series now; try again once it is evaluated") from error
    detail = {"verdict": word.verdict, "author": word.author, "comment": word.comment, "rule": rule, "labels": labels,
              "factor": factor}  # fmt: skip
    await insight.commit(Plan(now_s, audit=[Happening(now_s, "feedback", word.fingerprint, detail)]))
    return {"rule": rule, "labels": labels, "verdict": word.verdict, "threshold_factor": factor}
