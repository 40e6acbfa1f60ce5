"""What the collector knows around an alert: how a measure went, traces, runs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Final, TypeVar
from urllib.parse import urlsplit

import httpx
import msgspec

from spanwise_alerts.errors import AskError
from spanwise_alerts.question import Question
from spanwise_alerts.trace import FoundRun, FoundSpan, FoundVersion, RunSearch, TraceSearch

_TIMEOUT_S: Final = 5.0
_MOST_BYTES: Final = 8 * 2**20
_US: Final = 1_000_000
T = TypeVar("T")


class _Point(msgspec.Struct, frozen=True):
    at: float
    value: float | None


class _Series(msgspec.Struct, frozen=True):
    points: list[_Point]


class _Range(msgspec.Struct, frozen=True):
    series: list[_Series]


class _Tag(msgspec.Struct, frozen=True):
    key: str
    value: str | bool | int | float


class _Span(msgspec.Struct, frozen=True):
    traceID: str  # noqa: N815  as Jaeger spells it, with all that follow
    operationName: str  # noqa: N815
    startTime: int  # noqa: N815
    duration: int
    processID: str  # noqa: N815
    tags: list[_Tag]


class _Process(msgspec.Struct, frozen=True):
    serviceName: str  # noqa: N815


class _Trace(msgspec.Struct, frozen=True):
    spans: list[_Span]
    processes: dict[str, _Process]


class _Traces(msgspec.Struct, frozen=True):
    data: list[_Trace]


class _Run(msgspec.Struct, frozen=True):
    trace_id: str
    agent: str | None
    status: str
    start: float
    duration_s: float | None
    steps: int
    cost_usd: float | None
    error_type: str | None = None
    models: list[str] = []


class _Runs(msgspec.Struct, frozen=True):
    runs: list[_Run]


class _Version(msgspec.Struct, frozen=True):
    service: str
    version: str
    environment: str
    first_seen: float | None
    last_seen: float


class _Versions(msgspec.Struct, frozen=True):
    versions: list[_Version]


class Around:
    """Asks a collector over HTTP; an answer beyond 8 MiB is none. Each method raises `AskError` without an answer."""

    def __init__(self, url: str) -> None:
        self.url = url.rstrip("/")
        tls = urlsplit(self.url).scheme == "https"
        self._client = httpx.AsyncClient(timeout=_TIMEOUT_S, trust_env=False, verify=tls)

    async def course(
        self, question: Question, start_s: float, end_s: float, step_s: float
    ) -> list[tuple[float, float | None]]:
        """Return a question's one series over time: Unix time and value, a point each `step_s`; None for nothing."""
        where = [("where", f"{name}:{value}") for name, value in question.where]
        asked = [
            ("measure", question.measure), ("stat", question.stat), *where, ("start", f"{start_s:.3f}"),
            ("end", f"{end_s + 0.001:.3f}"), ("step", f"{step_s:g}s"), ("window", f"{question.window_s:g}s"),
        ]  # fmt: skip
        found = await self._get("/api/v1/measure/range", asked, _Range)
        # points at which nothing was observed are left out of the answer
        seen = {round((p.at - start_s) / step_s): p.value for series in found.series[:1] for p in series.points}
        return [(start_s + n * step_s, seen.get(n)) for n in range(int((end_s - start_s) / step_s + 0.001) + 1)]

    async def spans(self, wanted: TraceSearch) -> list[FoundSpan]:
        """Return of each found trace the spans that have all that is wanted."""
        asked: dict[str, Any] = {
            "tags": msgspec.json.encode(dict(wanted.tags)).decode(), "limit": str(wanted.limit),
            "start": str(round(wanted.start_s * _US)), "end": str(round(wanted.end_s * _US)),
        }  # fmt: skip
        asked |= {"service": wanted.service} if wanted.service else {}
        asked |= {} if wanted.shortest_s is None else {"minDuration": f"{round(wanted.shortest_s * _US)}us"}
        asked |= {} if wanted.longest_s is None else {"maxDuration": f"{round(wanted.longest_s * _US)}us"}
        found = await self._get("/api/traces", list(asked.items()), _Traces)
        return [span for trace in found.data for span in _spans(trace, wanted)]

    async def runs(self, wanted: RunSearch) -> list[FoundRun]:
        """Return runs, the greatest first."""
        asked = [
            *wanted.where.items(), ("sort", wanted.sort), ("at", f"{wanted.before_s:.3f}"),
            ("window", f"{wanted.window_s:g}s"), ("limit", str(wanted.limit)),
        ]  # fmt: skip
        found = await self._get("/api/v1/runs", asked, _Runs)
        return [
            FoundRun(
                run.trace_id, run.agent or "", run.status, run.error_type or "", run.start, run.duration_s, run.steps,
                run.cost_usd, run.models,
            )
            for run in found.runs
        ]  # fmt: skip

    async def versions(self) -> list[FoundVersion]:
        """Return the versions of services that sent spans within the last hour."""
        found = await self._get("/api/v1/versions", [], _Versions)
        return [FoundVersion(v.service, v.version, v.environment, v.first_seen, v.last_seen) for v in found.versions]

    async def _get(self, path: str, params: Sequence[tuple[str, str]], kind: type[T]) -> T:
        body = bytearray()
        try:
            async with self._client.stream(
                "GET", f"{self.url}{path}", params=httpx.QueryParams(list(params))
            ) as answer:
                async for piece in answer.aiter_bytes():
                    body += piece
                    if len(body) > _MOST_BYTES:
                        raise AskError(f"collector answered more than {_MOST_BYTES} bytes to {path}")
        except httpx.HTTPError as error:
            raise AskError(f"collector did not answer: {type(error).__name__} {error}".rstrip()) from error
        if not answer.is_success:
            raise AskError(f"collector answered {answer.status_code}: {body[:200].decode(errors='replace')}")
        try:
            return msgspec.json.decode(body, type=kind)
        except (msgspec.DecodeError, msgspec.ValidationError) as error:
            raise AskError(f"collector answered something else: {error}") from error

    async def close(self) -> None:
        """Close the connections."""
        await self._client.aclose()


def _spans(trace: _Trace, wanted: TraceSearch) -> Iterator[FoundSpan]:
    for span in trace.spans:
        tags = {tag.key: tag.value for tag in span.tags}
        took_s = span.duration / _US
        fits = (wanted.shortest_s or 0.0) <= took_s <= (took_s if wanted.longest_s is None else wanted.longest_s)
        if fits and all(_says(tags, key, text) for key, text in wanted.tags.items()):
            if wanted.service and trace.processes[span.processID].serviceName != wanted.service:
                continue
            yield FoundSpan(span.traceID, span.operationName, span.startTime / _US, took_s, tags)


def _says(tags: dict[str, str | bool | int | float], key: str, text: str) -> bool:
    value = tags.get(key)
    if key == "error" and text == "false":
        return value is not True
    return (str(value).lower() if isinstance(value, bool) else str(value)) == text
