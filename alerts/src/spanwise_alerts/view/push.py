"""`POST /api/v2/alerts`: the way in for alerts of others, past the framework, which would cost more than the alert."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from spanwise_alerts.errors import RecordError
from spanwise_alerts.view.desk import Desk
from spanwise_alerts.view.posted import body_of, read
from spanwise_alerts.view.wire import TooLarge, body, not_recorded, refused, too_large

PATH: Final = "/api/v2/alerts"
DOCUMENT: Final = {
    "tags": ["alertmanager"],
    "summary": "Take alerts, as Prometheus sends them",
    "responses": {"200": {"description": "Taken"}, "400": {"description": "What is wrong; the good ones are taken"}},
    **body_of("[{labels, annotations, startsAt, endsAt, generatorURL}, …]"),
}
"""What the OpenAPI document says of it."""


class Push:
    """Takes alerts; all else goes on to the API."""

    def __init__(self, app: ASGIApp, desk: Desk, count: Callable[[int, int], None], now: Callable[[], float]) -> None:
        """Take `count`, which is told how many alerts were taken and how many refused."""
        self._app = app
        self._desk = desk
        self._count = count
        self._now = now

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, or let through."""
        if scope["type"] == "http" and scope["method"] == "POST" and scope["path"] == PATH:
            answer = await self._answer(Request(scope, receive))
            await answer(scope, receive, send)
        else:
            await self._app(scope, receive, send)

    async def _answer(self, request: Request) -> Response:
        try:
            posted, faults = read(await body(request))
            if posted:
                await self._desk.push(posted, self._now())
        except ValueError as error:
            return refused(str(error))
        except TooLarge:
            return too_large()
        except RecordError as error:
            return not_recorded(error)
        self._count(len(posted), len(faults))
        # the good part counts where another one is refused
        return refused("; ".join(faults)) if faults else Response()
