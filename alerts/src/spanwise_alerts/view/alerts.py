"""`/api/v2/alerts`: what fires, by itself and in groups."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import Annotated, Any

from fastapi import APIRouter, Query, Response
from pydantic import BaseModel, Field

from spanwise_alerts.alert import Standing
from spanwise_alerts.matchers import matches_all, parse_all
from spanwise_alerts.view.desk import Desk
from spanwise_alerts.view.wire import Json, alert_of, group_of, refused


class Asked(BaseModel):
    """Which alerts are asked for; an alert is shown where all of it holds."""

    matchers: list[str] = Field([], alias="filter", description='such as model="gpt-4o"; may repeat')
    receiver: str = Field(".*", description="of this one only; a regular expression of its whole name")
    active: bool = True
    silenced: bool = True
    inhibited: bool = True
    muted: bool = True
    unprocessed: bool = True


class _Wanted:
    def __init__(self, asked: Asked) -> None:
        self.asked = asked
        self.matchers = parse_all(asked.matchers)
        try:
            self.receiver = re.compile(asked.receiver)
        except re.error as error:
            raise ValueError(f"receiver: got {asked.receiver!r}, expected a regular expression: {error}") from error

    def takes(self, standing: Standing) -> bool:
        """Whether an alert is asked for."""
        asked = self.asked
        return (
            (asked.active or standing.state != "active")
            and (asked.unprocessed or standing.state != "unprocessed")
            and (asked.silenced or not standing.silenced_by)
            and (asked.inhibited or not standing.inhibited_by)
            and (asked.muted or not standing.muted_by)
            and (asked.receiver == ".*" or any(map(self.receiver.fullmatch, standing.receivers)))
            and matches_all(self.matchers, standing.notice.routed_labels)
        )


def routes(desk: Desk, now: Callable[[], float]) -> APIRouter:
    """Make the routes; what others post is taken in `push`."""
    router = APIRouter(prefix="/api/v2", tags=["alertmanager"])

    @router.get("/alerts", summary="What is not resolved, by fingerprint")
    async def alerts(asked: Annotated[Asked, Query()]) -> Response:
        try:
            wanted = _Wanted(asked)
        except ValueError as error:
            return refused(str(error))
        return Json(_shown(filter(wanted.takes, desk.alerts()), now()))

    @router.get("/alerts/groups", summary="What is told together")
    async def groups(asked: Annotated[Asked, Query()]) -> Response:
        try:
            wanted = _Wanted(asked)
        except ValueError as error:
            return refused(str(error))
        now_s, found = now(), list[dict[str, Any]]()
        for group in sorted(desk.groups(), key=lambda group: (sorted(group.labels.items()), group.receiver)):
            if wanted.receiver.fullmatch(group.receiver) and (asked.muted or not group.muted_by):
                members = _shown(filter(wanted.takes, group.members), now_s)
                found += [group_of(group, members)] if members else []
        return Json(found)

    _ = alerts, groups
    return router


def _shown(standings: Iterable[Standing], now_s: float) -> list[dict[str, Any]]:
    return [alert_of(s, now_s) for s in sorted(standings, key=lambda s: s.notice.fingerprint)]
