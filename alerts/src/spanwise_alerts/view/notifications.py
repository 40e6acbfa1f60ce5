"""`/api/v1/notifications`: what is on its way, arrived or was given up; send it once more; test a receiver."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Final

import msgspec
from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from spanwise_alerts.notify.body import schema
from spanwise_alerts.notify.trial import Tried
from spanwise_alerts.outbox import LetterState, LetterStatus, Replayed, Sought
from spanwise_alerts.plan import Happening
from spanwise_alerts.quantity import seconds
from spanwise_alerts.record.trail import Wanted
from spanwise_alerts.view.posted import body_of
from spanwise_alerts.view.story import sentence
from spanwise_alerts.view.wire import Json, body, refused, rfc3339

_MOST_KEYS: Final = 1000


@dataclass(frozen=True, slots=True)
class Outgoing:
    """What leaves, and how to send it once more.

    Attributes:
        letters: finds letters.
        trail: reads the audit trail.
        replay: makes dead letters wait again, in somebody's name.
        test: sends a test to a receiver; None where there is no such receiver.
    """

    letters: Callable[[Sought], Awaitable[list[LetterState]]]
    trail: Callable[[Wanted], Awaitable[list[Happening]]]
    replay: Callable[[Sought, str], Awaitable[Replayed]]
    test: Callable[[str], Awaitable[Sequence[Tried] | None]]


class Asked(BaseModel):
    """Which letters are asked for."""

    model_config = ConfigDict(extra="forbid")

    status: list[LetterStatus] = Field([], description="pending, delivered or dead; may repeat")
    receiver: str = Field("", description="to this one only, by any of its channels")
    since: str = Field("7d", description="how long ago the first of them was made, such as 30m or 7d")
    limit: int = Field(100, ge=1, le=10_000, description="the newest so many")


class _Again(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    keys: Annotated[list[str], msgspec.Meta(max_length=_MOST_KEYS)] = []
    receiver: str = ""
    all: bool = False
    author: str = ""


_AGAIN: Final = msgspec.json.Decoder(_Again)


def routes(outgoing: Outgoing, now: Callable[[], float]) -> APIRouter:
    """Make the routes."""
    router = APIRouter(prefix="/api/v1", tags=["delivery"])

    @router.get("/notifications", summary="Letters: pending, delivered and dead ones, the newest first")
    async def notifications(asked: Annotated[Asked, Query()]) -> Response:
        try:
            since_s = now() - seconds(asked.since)
        except ValueError as error:
            return refused(f"since: {error}")
        sought = Sought((), tuple(asked.status), asked.receiver, since_s, asked.limit)
        return Json([_shown(state) for state in await outgoing.letters(sought)])

    @router.get("/notifications/{key}", summary="One letter: what it says, and each attempt")
    async def notification(key: str) -> Response:
        found = await outgoing.letters(Sought((key,)))
        if not found:
            return refused(f"key: got {key!r}, expected that of a letter", 404)
        happened = await outgoing.trail(Wanted(letter=key))
        history = [{"at": rfc3339(h.at_s), "what": h.what, "text": sentence(h)} for h in happened]
        return Json({**_shown(found[0]), "alerts": _alerts(found[0]), "history": history})

    @router.get("/schemas/webhook", summary="JSON Schema of what is posted to webhooks")
    async def webhook() -> Response:
        return Json(schema())

    _add_replay(router, outgoing)
    _add_test(router, outgoing)
    _ = notifications, notification, webhook
    return router


def _add_replay(router: APIRouter, outgoing: Outgoing) -> None:
    @router.post(
        "/notifications/replay", summary="Send dead letters once more, with the same idempotency keys",
        openapi_extra=body_of("one of keys: of letters; receiver: all dead ones to it; all: true. author: who asks"),
    )  # fmt: skip
    async def replay(request: Request) -> Response:
        try:
            again = _AGAIN.decode(await body(request))
        except msgspec.MsgspecError as error:
            return refused(f"expected keys, receiver or all, and author: {error}")
        if (bool(again.keys), bool(again.receiver), again.all).count(True) != 1:
            return refused("expected one of `keys`, `receiver` and `all`")
        statuses: tuple[LetterStatus, ...] = () if again.keys else ("dead",)
        replayed = await outgoing.replay(Sought(tuple(again.keys), statuses, again.receiver), again.author)
        return Json({"replayed": replayed.keys, "left": replayed.left})

    _ = replay


def _add_test(router: APIRouter, outgoing: Outgoing) -> None:
    @router.post("/receivers/{name}/test", summary="Send a test by every channel of a receiver; how each took it")
    async def test(name: str) -> Response:
        found = await outgoing.test(name)
        if found is None:
            return refused(f"receiver: got {name!r}, expected the name of a receiver", 404)
        return Json({"receiver": name, "channels": [each.to_dict() for each in found]})

    _ = test


def _shown(state: LetterState) -> dict[str, Any]:
    message = state.message
    return {
        "key": state.key, "channel": state.channel, "receiver": message.receiver, "status": state.status,
        "attempts": state.attempts, "reason": state.reason, "created_at": rfc3339(state.created_s),
        "due_at": rfc3339(state.due_s) if state.status == "pending" else None,
        "ended_at": None if state.ended_s is None else rfc3339(state.ended_s),
        "told": {"status": message.status, "tier": message.tier, "reason": message.reason, "summary": message.summary},
        "group_key": message.group_key,
    }  # fmt: skip


def _alerts(state: LetterState) -> list[dict[str, Any]]:
    return [
        {"fingerprint": notice.fingerprint, "status": notice.status, "tier": notice.tier, "summary": notice.summary,
         "labels": notice.routed_labels}
        for notice in state.message.notices
    ]  # fmt: skip
