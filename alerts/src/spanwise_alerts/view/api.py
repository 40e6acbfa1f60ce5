"""The HTTP API: Alertmanager's v2, what is ours beyond it, health, `/metrics`, and the documentation of all."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.openapi.docs import get_swagger_ui_html
from fastapi.responses import HTMLResponse, RedirectResponse
from starlette.exceptions import HTTPException
from starlette.staticfiles import StaticFiles

from spanwise_alerts.errors import RecordError
from spanwise_alerts.view import act, alerts, beyond, expected, notifications, people, runbooks, silences, status
from spanwise_alerts.view.desk import Desk
from spanwise_alerts.view.guard import Guard, is_loopback
from spanwise_alerts.view.push import DOCUMENT, PATH, Push
from spanwise_alerts.view.status import Condition
from spanwise_alerts.view.wire import Json, TooLarge, not_recorded, refused, too_large


@dataclass(frozen=True, slots=True)
class Shown:
    """What the API shows.

    Attributes:
        desk: who decides who is told.
        condition: how this server does.
        archive: what was, and what would have been.
        outgoing: what leaves.
        now: Unix time.
        insight: what anomaly rules know; None where nothing is evaluated.
        links: who reads the links of messages; None where nothing links here.
    """

    desk: Desk
    condition: Condition
    archive: beyond.Archive
    outgoing: notifications.Outgoing
    now: Callable[[], float]
    links: act.Look
    insight: expected.Insight | None = None


def api(shown: Shown) -> FastAPI:
    """Build the API; a fault of a request is answered by a bare JSON string, as Alertmanager's clients expect."""
    app = FastAPI(
        title="Spanwise alerts", version="2", docs_url=None, redoc_url=None,
        description="Alertmanager's API v2, and beyond it under /api/v1: rules, letters, history, explain, backtest.",
    )  # fmt: skip
    config = shown.condition.config()
    url = urlsplit(config.external_url)
    app.add_middleware(Push, desk=shown.desk, count=shown.condition.numbers.posted, now=shown.now)
    names = [url.hostname] if url.hostname else []
    own = f"{url.scheme}://{url.netloc}" if names else ""
    app.add_middleware(Guard, names=names, loopback=is_loopback(config.http), own=own)
    for kind, answer in (
        (RequestValidationError, _invalid),
        (TooLarge, _too_large),
        (RecordError, _not_recorded),
        (HTTPException, _said),
    ):
        app.add_exception_handler(kind, answer)
    _document(app)
    _document_push(app)
    app.include_router(alerts.routes(shown.desk, shown.now))
    app.include_router(silences.routes(shown.desk, shown.now))
    app.include_router(status.routes(shown.condition))
    app.include_router(runbooks.routes())
    _refuse_v1(app)
    app.include_router(people.routes(shown.desk, shown.condition.config, shown.now))
    app.include_router(act.routes(shown.desk, shown.links, shown.now))
    app.include_router(beyond.routes(shown.desk, shown.condition, shown.archive, shown.now))
    if shown.insight is not None:
        app.include_router(expected.routes(shown.insight, shown.now))
    app.include_router(notifications.routes(shown.outgoing, shown.now))
    return app


def _refuse_v1(app: FastAPI) -> None:
    """Say at the paths of Alertmanager's API v1 that v2 is spoken."""

    async def gone(request: Request) -> Json:
        path = request.url.path.replace("/api/v1/", "/api/v2/", 1)
        return refused(f"Alertmanager's API v1 is gone; expected v2, which has {path}", 410)

    for path in ("alerts/groups", "receivers", "silences", "silence/{silence_id}", "status"):
        app.add_api_route(f"/api/v1/{path}", gone, methods=["GET", "POST", "DELETE"], include_in_schema=False)
    # who asks for alerts there gets ours
    app.add_api_route("/api/v1/alerts", gone, methods=["POST", "DELETE"], include_in_schema=False)


def _document_push(app: FastAPI) -> None:
    """Name in the OpenAPI document what `Push` answers before the framework sees it."""
    made = app.openapi

    def openapi() -> dict[str, Any]:
        document = made()
        document["paths"][PATH]["post"] = DOCUMENT
        return document

    app.openapi = openapi


def _document(app: FastAPI) -> None:
    """Serve Swagger UI from what is installed; FastAPI's own page loads it from elsewhere."""
    app.mount("/docs/ui", StaticFiles(packages=[("fastapi_swagger", "resources")]))

    @app.get("/", include_in_schema=False)
    async def home() -> RedirectResponse:
        return RedirectResponse("/docs")

    @app.get("/docs", include_in_schema=False)
    async def docs() -> HTMLResponse:
        ui = "docs/ui"
        return get_swagger_ui_html(
            openapi_url="openapi.json", title=app.title, swagger_js_url=f"{ui}/swagger-ui-bundle.js",
            swagger_css_url=f"{ui}/swagger-ui.css", swagger_favicon_url=f"{ui}/favicon-32x32.png",
        )  # fmt: skip

    _ = home, docs


async def _invalid(_: Request, error: Exception) -> Json:
    assert isinstance(error, RequestValidationError)
    faults = [
        f"{'.'.join(map(str, fault['loc'][1:]))}: got {fault['input']!r}: {fault['msg']}" for fault in error.errors()
    ]
    return refused("; ".join(faults))


async def _too_large(_: Request, __: Exception) -> Json:
    return too_large()


async def _not_recorded(_: Request, error: Exception) -> Json:
    return not_recorded(error)


async def _said(_: Request, error: Exception) -> Json:
    assert isinstance(error, HTTPException)
    return refused(str(error.detail), error.status_code)
