"""The collector as a source: `GET /api/v1/measure`."""

from __future__ import annotations

import math
from urllib.parse import urlencode, urlsplit

import httpx
from pydantic import BaseModel, ValidationError

from spanwise_alerts.alert import Observation
from spanwise_alerts.errors import AskError
from spanwise_alerts.rule import Rule

_TIMEOUT_S = 5.0
_AT_ONCE = 16


class _Series(BaseModel):
    labels: dict[str, str]
    value: float | None
    count: int


class _Answer(BaseModel):
    series: list[_Series]


class Collector:
    """Asks a collector over HTTP; one connection pool for all rules."""

    def __init__(self, url: str) -> None:
        self._url = url.rstrip("/")
        limits = httpx.Limits(max_connections=_AT_ONCE, max_keepalive_connections=_AT_ONCE)
        # a rule waits for its turn in the pool as long as it takes: only the collector itself may time out
        timeout = httpx.Timeout(_TIMEOUT_S, pool=None)
        # without TLS no certificates need to be loaded
        tls = urlsplit(self._url).scheme == "https"
        self._client = httpx.AsyncClient(timeout=timeout, limits=limits, trust_env=False, verify=tls)

    def link(self, rule: Rule) -> str:
        """Return where a person can look at what the rule looks at."""
        return f"{self._url}/api/v1/measure?{urlencode(_query(rule))}"

    async def ask(self, rule: Rule, at_s: float) -> list[Observation]:
        """Return the rule's series at a moment (Unix time); a series without a value is left out.

        Raises:
            AskError: no answer within 5 s, another status than 200, or a body that is no answer.
        """
        query: list[tuple[str, str | int | float | bool | None]] = [*_query(rule), ("at", f"{at_s:.3f}")]
        try:
            response = await self._client.get(f"{self._url}/api/v1/measure", params=httpx.QueryParams(query))
        except httpx.HTTPError as error:
            raise AskError(f"collector did not answer: {type(error).__name__} {error}".rstrip()) from error
        if response.status_code != httpx.codes.OK.value:
            raise AskError(f"collector answered {response.status_code}: {response.text[:200]}")
        try:
            answer = _Answer.model_validate_json(response.content)
        except ValidationError as error:
            raise AskError(f"collector answered something else: {error.errors()[0]['msg']}") from error
        return [
            Observation(tuple(sorted((k, v) for k, v in series.labels.items() if v)), series.value, series.count)
            for series in answer.series
            if series.value is not None and math.isfinite(series.value)
        ]

    async def close(self) -> None:
        """Close the connections."""
        await self._client.aclose()


def _query(rule: Rule) -> list[tuple[str, str]]:
    where = [("where", f"{dimension}:{value}") for dimension, value in rule.where.items()]
    by = [("by", ",".join(rule.by))] if rule.by else []
    window = ("window", f"{rule.window_s:g}s")
    return [("measure", rule.measure), ("stat", rule.stat), *by, *where, window]
