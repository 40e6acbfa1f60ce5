"""The HTTP API on 8750: measures, traces, runs, the ledger, metrics, health."""

from __future__ import annotations

from fastapi import Depends, FastAPI
from fastapi.openapi.docs import get_swagger_ui_html
from fastapi.responses import HTMLResponse, PlainTextResponse, RedirectResponse
from starlette.staticfiles import StaticFiles

from spanwise_collector.reader import Reader
from spanwise_collector.stops import Stops
from spanwise_collector.view import batch, dialects, jaeger, measures, prometheus, runaway, runs, stop, traces
from spanwise_collector.view.faults import tell_faults
from spanwise_collector.view.params import no_parameters


def api(reader: Reader, version: str, stops: Stops) -> FastAPI:
    """Make the ASGI application."""
    app = FastAPI(
        title="Spanwise collector", version=version, description="What your agents did, took and cost.",
        docs_url=None, redoc_url=None,
    )  # fmt: skip
    _document(app)
    tell_faults(app)
    for part in (measures, batch, traces, runs, runaway, dialects, jaeger, prometheus):
        app.include_router(part.routes(reader))
    app.include_router(stop.routes(stops))

    @app.get(
        "/api/v1/ledger", tags=["health"], summary="What became of every span", dependencies=[Depends(no_parameters)]
    )
    async def ledger() -> dict[str, int]:
        await reader.settled()
        return reader.ledger()

    @app.get("/healthz", tags=["health"], summary="The process lives")
    async def healthz() -> PlainTextResponse:
        return PlainTextResponse("ok\n")

    @app.get("/readyz", tags=["health"], summary="Spans are taken")
    async def readyz() -> PlainTextResponse:
        reason = reader.ready()
        return PlainTextResponse("ready\n" if reason is None else f"{reason}\n", 200 if reason is None else 503)

    @app.get("/", include_in_schema=False)
    async def home() -> RedirectResponse:
        return RedirectResponse("/docs")

    _ = ledger, healthz, readyz, home
    return app


def _document(app: FastAPI) -> None:
    """Serve Swagger UI from what is installed; FastAPI's own page loads it from elsewhere."""
    app.mount("/docs/ui", StaticFiles(packages=[("fastapi_swagger", "resources")]))

    @app.get("/docs", include_in_schema=False)
    async def docs() -> HTMLResponse:
        ui = "docs/ui"
        return get_swagger_ui_html(
            openapi_url="openapi.json", title=app.title, swagger_js_url=f"{ui}/swagger-ui-bundle.js",
            swagger_css_url=f"{ui}/swagger-ui.css", swagger_favicon_url=f"{ui}/favicon-32x32.png",
        )  # fmt: skip

    _ = docs
