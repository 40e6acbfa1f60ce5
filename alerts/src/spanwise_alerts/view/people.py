"""`/api/v1/alerts` and `/api/v1/on-call`: who looks after what fires, and who has the duty."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Annotated, Any, Final

import msgspec
from fastapi import APIRouter, Query, Request, Response

from spanwise_alerts.alert import Standing
from spanwise_alerts.attend import Target
from spanwise_alerts.config import AlertsConfig
from spanwise_alerts.matchers import matches_all, parse_all
from spanwise_alerts.people.act import Act, AlertUnknown, Kind
from spanwise_alerts.people.attention import Attention
from spanwise_alerts.people.links import digest_of
from spanwise_alerts.people.on_call import OnCall
from spanwise_alerts.quantity import seconds
from spanwise_alerts.view.attention import attention_of
from spanwise_alerts.view.desk import Desk
from spanwise_alerts.view.posted import Moment, body_of, unix_s
from spanwise_alerts.view.wire import Json, body, refused, rfc3339

_FIELDS: Final = "author; comment; until (RFC 3339) or for (2h), of acknowledge and snooze; assignee, of assign"


class _Asked(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    author: str
    comment: str = ""
    until: Moment | None = None
    length: str | None = msgspec.field(default=None, name="for")
    assignee: str = ""
    matchers: list[str] = msgspec.field(default_factory=list[str], name="filter")
    group_key: str = ""


_ASKED: Final = msgspec.json.Decoder(_Asked)


def routes(desk: Desk, config: Callable[[], AlertsConfig], now: Callable[[], float]) -> APIRouter:
    """Make the routes."""
    router = APIRouter(prefix="/api/v1", tags=["people"])

    @router.get("/alerts", summary="What fires, and what people did about it")
    async def alerts(matchers: Annotated[list[str] | None, Query(alias="filter")] = None) -> Response:
        try:
            wanted = parse_all(matchers or ())
        except ValueError as error:
            return refused(str(error))
        found, attention = desk.alerts(), desk.attention()
        return Json([_alert(each, attention) for each in found if matches_all(wanted, each.notice.routed_labels)])

    _add_acts(router, desk, now)

    @router.get("/on-call", summary="Who has the duty, now or at a moment (RFC 3339)")
    async def on_call(at: str = "") -> Response:
        try:
            at_s = now() if not at else _moment_s(at)
        except (ValueError, OverflowError):
            return refused(f"at: got {at!r}, expected a moment such as 2026-12-24T18:00:00Z")
        receivers = {person.name: person.receiver for person in config().people}
        return Json([_duty(duty, receivers, at_s) for duty in config().on_call])

    _ = alerts, on_call
    return router


def _add_acts(router: APIRouter, desk: Desk, now: Callable[[], float]) -> None:
    async def answer(kind: Kind, fingerprint: str, request: Request) -> Response:
        now_s = now()
        try:
            target, act = _read(kind, fingerprint, await body(request), now_s)
            marks = await desk.act(target, act, now_s)
        except AlertUnknown as error:
            return refused(str(error), 404)
        except ValueError as error:
            return refused(str(error))
        return Json({"fingerprints": marks})

    @router.post(
        "/alerts/{fingerprint}/{kind}", openapi_extra=body_of(_FIELDS),
        summary="acknowledge, unacknowledge, assign, comment, snooze or unsnooze an alert that fires",
    )  # fmt: skip
    async def one(kind: Kind, fingerprint: str, request: Request) -> Response:
        return await answer(kind, fingerprint, request)

    @router.post(
        "/alerts/{kind}", openapi_extra=body_of(f"filter: matchers, or group_key: of a group; {_FIELDS}"),
        summary="The same of all that match or are in a group",
    )  # fmt: skip
    async def several(kind: Kind, request: Request) -> Response:
        return await answer(kind, "", request)

    _ = one, several


def _read(kind: Kind, fingerprint: str, raw: bytes, now_s: float) -> tuple[Target, Act]:
    try:
        asked = _ASKED.decode(raw)
    except msgspec.MsgspecError as error:
        raise ValueError(f"expected who does what: {error}") from error
    if [bool(fingerprint), bool(asked.matchers), bool(asked.group_key)].count(True) != 1:
        raise ValueError("expected one of a fingerprint in the path, `filter` and `group_key`")
    group = digest_of(asked.group_key) if asked.group_key else ""
    target = Target((fingerprint,) if fingerprint else (), parse_all(asked.matchers), group)
    return target, Act(kind, asked.author, asked.comment, _until_s(asked, now_s), asked.assignee)


def _until_s(asked: _Asked, now_s: float) -> float | None:
    if asked.until is not None and asked.length is not None:
        raise ValueError("got `until` and `for`, expected one of them")
    if asked.length is not None:
        try:
            return now_s + seconds(asked.length)
        except ValueError as error:
            raise ValueError(f"for: {error}") from error
    return None if asked.until is None else unix_s(asked.until)


def _alert(standing: Standing, attention: Mapping[str, Attention]) -> dict[str, Any]:
    notice = standing.notice
    return {
        "fingerprint": notice.fingerprint, "rule": notice.rule, "labels": notice.routed_labels, "tier": notice.tier,
        "state": standing.state, "summary": notice.summary, "value_text": notice.value_text,
        "starts_at": rfc3339(notice.starts_at_s), "receivers": list(standing.receivers),
        **attention_of(attention.get(notice.fingerprint) or Attention(notice.fingerprint)),
    }  # fmt: skip


def _moment_s(text: str) -> float:
    """Read a moment; one without an offset is in UTC.

    Raises:
        ValueError: it is none, or beyond what a calendar has.
    """
    found = datetime.fromisoformat(text)
    return (found if found.tzinfo else found.replace(tzinfo=UTC)).timestamp()


def _duty(duty: OnCall, receivers: dict[str, str], at_s: float) -> dict[str, Any]:
    who, until_s = duty.who(at_s), duty.changes_s(at_s)
    following = None if until_s is None else duty.who(until_s)
    return {
        "name": duty.name, "at": rfc3339(at_s), "time_zone": duty.time_zone, "who": who, "receiver": receivers[who],
        "until": None if until_s is None else rfc3339(until_s), "next": following,
    }  # fmt: skip
