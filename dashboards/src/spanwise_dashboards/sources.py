"""The two data sources that boards ask: Prometheus, and the collector in Jaeger's words; exemplars lead to traces."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final, Literal

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class DataSource:
    """One data source of Grafana.

    Attributes:
        uid: stable across installations; boards and links name it.
        name: what people call it; they may change it.
        kind: Grafana's plug-in.
        url: where a new one looks for its server.
        variable: the drop-down of boards that chooses it.
    """

    uid: str
    name: str
    kind: Literal["prometheus", "jaeger"]
    url: str
    variable: str


PROMETHEUS: Final = DataSource(
    "spanwise-prometheus", "Spanwise Prometheus", "prometheus", "http://localhost:9090", "datasource"
)
TRACES: Final = DataSource("spanwise-traces", "Spanwise traces", "jaeger", "http://localhost:8750", "traces")
SOURCES: Final = (PROMETHEUS, TRACES)

_TO_TRACE: Final[Json] = {"name": "trace_id", "datasourceUid": TRACES.uid}


def new(source: DataSource, url: str | None) -> Json:
    """Write a data source as Grafana's HTTP API takes it; `url` is its server as Grafana reaches it."""
    return {
        "uid": source.uid, "name": source.name, "type": source.kind, "access": "proxy", "url": url or source.url,
        "jsonData": _options(source, {}),
    }  # fmt: skip


def changed(source: DataSource, found: Json, url: str | None) -> Json:
    """Write what must hold of a data source that is there: people's own options and name stay."""
    options = _options(source, found.get("jsonData") or {})
    return {"uid": source.uid, "type": source.kind, "jsonData": options, **({"url": url} if url else {})}


def _options(source: DataSource, had: Json) -> Json:
    if source.kind == "jaeger":
        return {"nodeGraph": {"enabled": True}, **had}
    destinations = list(had.get("exemplarTraceIdDestinations") or [])
    if not any(each.get("name") == _TO_TRACE["name"] for each in destinations):
        destinations.append(_TO_TRACE)
    return {"httpMethod": "POST", **had, "exemplarTraceIdDestinations": destinations}
