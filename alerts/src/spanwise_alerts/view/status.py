"""Who can be told, how this server does, what it counts; reload."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final, Protocol

from fastapi import APIRouter, Response
from fastapi.responses import PlainTextResponse

from spanwise_alerts.adopt.original import original
from spanwise_alerts.config import AlertsConfig
from spanwise_alerts.faults import ConfigError
from spanwise_alerts.memory import Health
from spanwise_alerts.view.numbers import CONTENT_TYPE, Numbers
from spanwise_alerts.view.wire import Json, refused, rfc3339

SPOKEN: Final = "0.25.0"
"""The version of Alertmanager whose API this is; amtool compares it with its own."""

_LETTERS: Final = ("pending", "delivered", "dead")


class Counts(Protocol):
    """Counts letters by (channel, status)."""

    def __call__(self, *, delivered: bool = True) -> Awaitable[Mapping[tuple[str, str], int]]:
        """Count; those that arrived only where they are asked for."""
        ...


@dataclass(frozen=True, slots=True)
class Condition:
    """How this server does.

    Attributes:
        config: as it is in force.
        health: of rules, by name.
        counts: of letters by (channel, status).
        faults: why the alert manager does not work; empty where it does.
        reload: reads the configuration anew; raises `ConfigError` where it cannot be used, and changes nothing then.
        started_at_s: Unix time.
    """

    config: Callable[[], AlertsConfig]
    health: Callable[[], Mapping[str, Health]]
    numbers: Numbers
    counts: Counts
    faults: Callable[[], list[str]]
    reload: Callable[[], Awaitable[None]]
    started_at_s: float


def routes(condition: Condition) -> APIRouter:
    """Make the routes."""
    router = APIRouter()

    @router.get("/api/v2/receivers", tags=["alertmanager"], summary="Who can be told")
    async def receivers() -> Response:
        return Json([{"name": receiver.name} for receiver in condition.config().receivers])

    @router.get("/api/v2/status", tags=["alertmanager"], summary="State of this server; how well rules are watched")
    async def status() -> Response:
        return Json(_status(condition, await condition.counts()))

    @router.get("/-/healthy", response_class=PlainTextResponse, tags=["health"], summary="200 while it works")
    async def healthy() -> PlainTextResponse:
        faults = condition.faults()
        return PlainTextResponse("\n".join(faults) or "OK", 503 if faults else 200)

    @router.get("/-/ready", response_class=PlainTextResponse, tags=["health"], summary="200 once each rule was tried")
    async def ready() -> PlainTextResponse:
        tried = all(health.answered_at_s or health.fault for health in condition.health().values())
        return PlainTextResponse("OK" if tried else "rules were not tried yet", 200 if tried else 503)

    @router.post("/-/reload", tags=["health"], summary="Read the configuration anew; a bad one changes nothing")
    async def reload() -> Response:
        try:
            await condition.reload()
        except ConfigError as error:
            return refused(str(error), 500)
        return Response()

    @router.get("/metrics", response_class=PlainTextResponse, tags=["metrics"], summary="Own numbers for Prometheus")
    async def metrics() -> Response:
        return Response(condition.numbers.text(await condition.counts(delivered=False)), media_type=CONTENT_TYPE)

    _ = receivers, status, healthy, ready, reload, metrics
    return router


def _status(condition: Condition, counts: Mapping[tuple[str, str], int]) -> dict[str, Any]:
    unknown = dict.fromkeys(("branch", "buildUser", "buildDate", "goVersion"), "")
    letters = {
        status: sum(n for (_, found), n in counts.items() if found == status)
        for status in _LETTERS
    }  # fmt: skip
    return {
        "cluster": {"status": "disabled", "peers": []},
        "versionInfo": {"version": SPOKEN, "revision": "spanwise", **unknown},
        "config": {"original": original(condition.config())},
        "uptime": rfc3339(condition.started_at_s),
        "spanwise": {
            "faults": condition.faults(),
            "rules": [{"name": name, **health_of(health)} for name, health in condition.health().items()],
            "letters": letters,
        },
    }


def health_of(health: Health) -> dict[str, Any]:
    """Return how well a rule is watched."""
    return {
        "state": "failing" if health.fault else "ok" if health.answered_at_s else "not tried yet",
        "fault": health.fault,
        "answered_at": None if health.answered_at_s is None else rfc3339(health.answered_at_s),
        "failing_since": None if health.since_s is None else rfc3339(health.since_s),
    }
