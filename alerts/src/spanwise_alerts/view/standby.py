"""What a replica answers that stands by: it is well, and not the one to ask."""

from __future__ import annotations

from typing import Final

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from spanwise_alerts.view.numbers import CONTENT_TYPE

_EVERY: Final = ["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]
_AGAIN: Final = {"Retry-After": "2"}
_SAID: Final = "this replica stands by; ask the one whose /-/ready answers 200"


def standby() -> Starlette:
    """Build the API of a replica that stands by: 503 to all but health, so that a load balancer asks the other one."""
    return Starlette(
        routes=[
            Route("/-/healthy", _healthy),
            Route("/metrics", _metrics),
            Route("/-/ready", _not_ready),
            Route("/{path:path}", _refuse, methods=_EVERY),
        ]
    )


async def _healthy(_: Request) -> Response:
    return PlainTextResponse("OK: stands by")


async def _metrics(_: Request) -> Response:
    return Response(b"", media_type=CONTENT_TYPE)


async def _not_ready(_: Request) -> Response:
    return PlainTextResponse(_SAID, 503, headers=_AGAIN)


async def _refuse(_: Request) -> Response:
    return JSONResponse(_SAID, 503, headers=_AGAIN)
