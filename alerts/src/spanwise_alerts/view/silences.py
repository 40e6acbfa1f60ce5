"""`/api/v2/silences`: Alertmanager's, and what we have beyond it: silences that recur or end when all is well."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Annotated, Any, Final

import msgspec
from fastapi import APIRouter, Query, Request, Response
from pydantic import ValidationError

from spanwise_alerts.faults import faults_of
from spanwise_alerts.matchers import matcher_from, matches_all, parse_all
from spanwise_alerts.silence import Silence, SilenceDraft, SilenceUnknown
from spanwise_alerts.timing import Schedule
from spanwise_alerts.view.desk import Desk
from spanwise_alerts.view.posted import Moment, body_of, unix_s
from spanwise_alerts.view.wire import Json, body, refused, rfc3339

_ORDER: Final = ("active", "pending", "expired")


class _Posted(msgspec.Struct, frozen=True):
    matchers: list[dict[str, Any]]
    startsAt: Moment  # noqa: N815  the wire's name
    endsAt: Moment  # noqa: N815
    createdBy: str  # noqa: N815
    comment: str
    id: str | None = None
    annotations: dict[str, str] | None = None
    recurring: dict[str, Any] | None = None
    untilResolved: bool = False  # noqa: N815


_POSTED: Final = msgspec.json.Decoder(_Posted)


def routes(desk: Desk, now: Callable[[], float]) -> APIRouter:
    """Make the routes."""
    router = APIRouter(prefix="/api/v2", tags=["alertmanager"])

    @router.get("/silences", summary="All silences: active, pending, and those that ended within five days")
    async def silences(
        matchers: Annotated[list[str] | None, Query(alias="filter")] = None,
        *, active: bool = True, pending: bool = True, expired: bool = True,
    ) -> Response:  # fmt: skip
        try:
            wanted = parse_all(matchers or ())
        except ValueError as error:
            return refused(str(error))
        now_s = now()
        states = {name for name, shown in (("active", active), ("pending", pending), ("expired", expired)) if shown}
        found = [
            silence for silence in desk.silences()
            if silence.state(now_s) in states and matches_all(wanted, {m.name: m.value for m in silence.matchers})
        ]  # fmt: skip
        return Json([silence_of(silence, now_s) for silence in _in_order(found, now_s)])

    @router.post(
        "/silences", summary="Make a silence, or edit the one with this id",
        openapi_extra=body_of("matchers [{name, value, isRegex, isEqual}], startsAt, endsAt, createdBy, comment; "
                              "id, annotations, untilResolved, recurring {cron, duration, location}"),
    )  # fmt: skip
    async def make(request: Request) -> Response:
        try:
            made = await desk.silence(_draft(await body(request)), now())
        except SilenceUnknown as error:
            return refused(str(error), 404)
        except ValueError as error:
            return refused(str(error))
        return Json({"silenceID": made})

    @router.get("/silence/{silence_id}", summary="One silence")
    async def silence(silence_id: str) -> Response:
        found = next((silence for silence in desk.silences() if silence.id == silence_id), None)
        return refused(str(SilenceUnknown(silence_id)), 404) if found is None else Json(silence_of(found, now()))

    @router.delete("/silence/{silence_id}", summary="End a silence now")
    async def expire(silence_id: str) -> Response:
        try:
            await desk.expire(silence_id, now())
        except SilenceUnknown as error:
            return refused(str(error), 404)
        return Response()

    _ = silences, make, silence, expire
    return router


def silence_of(silence: Silence, now_s: float) -> dict[str, Any]:
    """Return a silence as the API has it."""
    shown: dict[str, Any] = {
        "id": silence.id,
        "status": {"state": silence.state(now_s)},
        "updatedAt": rfc3339(silence.updated_at_s),
        "comment": silence.comment,
        "createdBy": silence.created_by,
        "startsAt": rfc3339(silence.starts_at_s),
        "endsAt": rfc3339(silence.ends_at_s),
        "matchers": [matcher.to_dict() for matcher in silence.matchers],
        "annotations": dict(silence.annotations),
    }
    if silence.until_resolved:
        shown["untilResolved"] = True
    if silence.recurring is not None:
        shown["recurring"] = silence.recurring.to_dict()
    return shown


def _in_order(silences: list[Silence], now_s: float) -> list[Silence]:
    """Sort as Alertmanager does: active by their end, pending by their beginning, expired with the latest first."""

    def place(silence: Silence) -> tuple[int, float]:
        state = silence.state(now_s)
        moment = {"active": silence.ends_at_s, "pending": silence.starts_at_s, "expired": -silence.ends_at_s}[state]
        return _ORDER.index(state), moment

    return sorted(silences, key=place)


def _draft(raw: bytes) -> SilenceDraft:
    try:
        posted = _POSTED.decode(raw)
    except msgspec.MsgspecError as error:
        raise ValueError(f"expected a silence: {error}") from error
    matchers: list[Any] = []
    for place, member in enumerate(posted.matchers):
        try:
            matchers.append(matcher_from(member))
        except ValueError as error:
            raise ValueError(f"matchers[{place}]: {error}") from error
    return SilenceDraft(
        matchers=tuple(matchers), starts_at_s=_moment("startsAt", posted.startsAt),
        ends_at_s=_moment("endsAt", posted.endsAt), created_by=posted.createdBy, comment=posted.comment,
        id=posted.id or "", annotations=posted.annotations or {}, recurring=_schedule(posted.recurring),
        until_resolved=posted.untilResolved,
    )  # fmt: skip


def _moment(name: str, moment: datetime) -> float:
    at_s = unix_s(moment)
    if at_s is None:
        raise ValueError(f"{name}: got {moment.isoformat()}, expected a moment")
    return at_s


def _schedule(raw: dict[str, Any] | None) -> Schedule | None:
    try:
        return None if raw is None else Schedule.model_validate(raw)
    except ValidationError as error:
        raise ValueError("; ".join(str(f.under("recurring")) for f in faults_of(error, Schedule, ""))) from error
