"""The HTTP API: Alertmanager v2's shapes, health, and `/metrics`."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated, Any, Final

import yaml
from fastapi import FastAPI, Query, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.openapi.docs import get_swagger_ui_html
from fastapi.responses import HTMLResponse, JSONResponse, PlainTextResponse, RedirectResponse
from starlette.staticfiles import StaticFiles

from spanwise_alerts.alert import Held
from spanwise_alerts.matchers import Matcher, matches_all, parse_matcher
from spanwise_alerts.memory import Memory
from spanwise_alerts.view.numbers import CONTENT_TYPE, Numbers

SPOKEN: Final = "0.25.0"
"""The version of Alertmanager whose API this is; amtool compares it with its own."""

_RESEND_S: Final = 240.0
Counts = Callable[[], Awaitable[Mapping[tuple[str, str], int]]]


@dataclass(frozen=True, slots=True)
class Shown:
    """What the API looks at.

    Attributes:
        receivers: names of all receivers.
        told: the one that alerts are routed to; empty where they are recorded only.
        counts: of letters by (channel, status).
        faults: why the alert manager does not work; empty where it does.
        started_at_s: Unix time.
    """

    memory: Memory
    numbers: Numbers
    receivers: tuple[str, ...]
    told: str
    counts: Counts
    faults: Callable[[], list[str]]
    started_at_s: float


def api(shown: Shown) -> FastAPI:
    """Build the API; a fault of a request is answered by a bare JSON string, as Alertmanager's clients expect."""
    app = FastAPI(
        title="Spanwise alerts", version="2", description="Alertmanager's API v2, the part that is built.",
        docs_url=None, redoc_url=None,
    )  # fmt: skip
    app.add_exception_handler(RequestValidationError, _refused)
    _document(app)
    _add_health(app, shown)
    _add_alerts(app, shown)

    @app.get("/api/v2/receivers", tags=["alertmanager"], summary="Who can be told")
    async def receivers() -> list[dict[str, str]]:
        return [{"name": name} for name in shown.receivers]

    @app.get("/api/v2/status", tags=["alertmanager"], summary="State of this server, and how well rules are watched")
    async def status() -> dict[str, Any]:
        return _status(shown, await shown.counts())

    return app


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


def _add_health(app: FastAPI, shown: Shown) -> None:
    @app.get("/-/healthy", response_class=PlainTextResponse, tags=["health"], summary="200 while it works")
    async def healthy() -> PlainTextResponse:
        faults = shown.faults()
        return PlainTextResponse("\n".join(faults) or "OK", 503 if faults else 200)

    @app.get("/-/ready", response_class=PlainTextResponse, tags=["health"], summary="200 once every rule was tried")
    async def ready() -> PlainTextResponse:
        tried = all(health.answered_at_s or health.fault for health in shown.memory.health.values())
        return PlainTextResponse("OK" if tried else "rules were not tried yet", 200 if tried else 503)

    @app.get("/metrics", response_class=PlainTextResponse, tags=["metrics"], summary="Own numbers for Prometheus")
    async def metrics() -> Response:
        return Response(shown.numbers.text(await shown.counts()), media_type=CONTENT_TYPE)


def _add_alerts(app: FastAPI, shown: Shown) -> None:
    @app.get("/api/v2/alerts", response_model=None, tags=["alertmanager"], summary="What fires, by fingerprint")
    async def alerts(
        matchers: Annotated[list[str] | None, Query(alias="filter")] = None,
        receiver: str = ".*",
        *,
        active: bool = True,
    ) -> list[dict[str, Any]] | JSONResponse:
        try:
            wanted = [parse_matcher(text) for text in matchers or ()]
            routed = re.fullmatch(receiver, shown.told)
        except (ValueError, re.error) as error:
            return JSONResponse(str(error), 400)
        firing = [held for held in shown.memory.all() if held.told and _matches(held, wanted)]
        if not active or not routed:
            return []
        return [_alert(held, shown.told) for held in sorted(firing, key=lambda held: held.fingerprint)]


def _matches(held: Held, wanted: list[Matcher]) -> bool:
    return held.told is not None and matches_all(wanted, held.told.labels)


async def _refused(_: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RequestValidationError)
    faults = [
        f"{'.'.join(map(str, fault['loc'][1:]))}: got {fault['input']!r}: {fault['msg']}" for fault in error.errors()
    ]
    return JSONResponse("; ".join(faults), 400)


def _alert(held: Held, receiver: str) -> dict[str, Any]:
    told, alert = held.told, held.alert
    assert told is not None
    texts = {
        "summary": told.summary, "description": told.description, "runbook_url": told.runbook, "tier": told.tier,
        "value": told.value_text, "threshold": told.threshold_text,
    }  # fmt: skip
    return {
        "labels": told.labels,
        "annotations": {name: text for name, text in texts.items() if text},
        "startsAt": _rfc3339(told.starts_at_s),
        "endsAt": _rfc3339(alert.updated_at_s + _RESEND_S),
        "updatedAt": _rfc3339(alert.updated_at_s),
        "fingerprint": held.fingerprint,
        "generatorURL": told.links.get("measure", ""),
        "receivers": [{"name": receiver}] if receiver else [],
        "status": {"state": "active", "silencedBy": [], "inhibitedBy": [], "mutedBy": []},
    }


def _status(shown: Shown, counts: Mapping[tuple[str, str], int]) -> dict[str, Any]:
    names = shown.receivers or ("nobody",)
    routing = {"route": {"receiver": shown.told or names[0]}, "receivers": [{"name": name} for name in names]}
    version = {
        "version": SPOKEN,
        "revision": "spanwise",
        "branch": "",
        "buildUser": "",
        "buildDate": "",
        "goVersion": "",
    }
    letters = {
        status: sum(n for (_, found), n in counts.items() if found == status)
        for status in ("pending", "delivered", "dead")
    }
    rules = [
        {
            "name": name,
            "state": "failing" if health.fault else "ok" if health.answered_at_s else "not tried yet",
            "fault": health.fault,
            "answered_at": None if health.answered_at_s is None else _rfc3339(health.answered_at_s),
            "failing_since": None if health.since_s is None else _rfc3339(health.since_s),
        }
        for name, health in shown.memory.health.items()
    ]
    return {
        "cluster": {"status": "disabled", "peers": []},
        "versionInfo": version,
        "config": {"original": yaml.safe_dump(routing, sort_keys=False)},
        "uptime": _rfc3339(shown.started_at_s),
        "spanwise": {"faults": shown.faults(), "rules": rules, "letters": letters},
    }


def _rfc3339(at_s: float) -> str:
    return datetime.fromtimestamp(at_s, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
