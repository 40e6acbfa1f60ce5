"""Where messages lead to: to the boards, and to a trace."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final
from urllib.parse import quote, urlencode, urlsplit

from pydantic import Field, field_validator

from spanwise_alerts.rule import Section

TRACE: Final = "{trace_id}"
_TRACES: Final = "spanwise-traces"
_VARIABLES: Final[dict[str, tuple[str, ...]]] = {
    "spanwise-cost": ("service", "environment", "tenant", "agent", "provider", "model"),
    "spanwise-llm": ("service", "environment", "tenant", "agent", "provider", "model"),
    "spanwise-tools": ("service", "environment", "tenant", "agent", "tool"),
    "spanwise-agent": ("service", "environment", "tenant", "agent"),
    "spanwise-fleet": ("service", "environment", "tenant", "agent"),
}
"""The boards that measures are on, with their drop-downs; a test holds it against the boards."""


def _address(url: str) -> str:
    parts = urlsplit(url)
    if url and (parts.scheme not in {"http", "https"} or not parts.hostname or parts.username):
        raise ValueError(f"got {url!r}, expected a link that begins with https:// or http://")
    return url.rstrip("/")


class Links(Section):
    """Where people look at boards and traces; what is not set leads to the collector."""

    grafana: str = Field(
        default="",
        description="the Grafana that has our boards; messages link to the board, and to traces in it",
        examples=["https://grafana.example.com"],
    )
    traces: str = Field(
        default="",
        description="where a trace is shown, in place of Grafana; with {trace_id}",
        examples=["https://jaeger.example.com/trace/{trace_id}"],
    )

    @field_validator("grafana")
    @classmethod
    def _linked(cls, url: str) -> str:
        return _address(url)

    @field_validator("traces")
    @classmethod
    def _with_id(cls, url: str) -> str:
        if url and TRACE not in url:
            raise ValueError(f"got {url!r}, expected a link with {TRACE} in it")
        return _address(url)

    def trace(self, trace_id: str, start_s: float, end_s: float, collector_url: str) -> str:
        """Return where a trace is shown; the times (Unix) frame it."""
        if self.traces:
            return self.traces.replace(TRACE, quote(trace_id, safe=""))
        if self.grafana:
            return self._board(_TRACES, start_s, end_s, [("var-trace_id", trace_id)])
        return f"{collector_url}/api/traces/{quote(trace_id, safe='')}"

    def board(self, measure: str, labels: Mapping[str, str], start_s: float, end_s: float) -> str:
        """Return the board that shows a measure, narrowed to labels; empty where there is no Grafana."""
        if not self.grafana:
            return ""
        uid = _board_of(measure, labels)
        narrowed = [(f"var-{name}", labels[name]) for name in _VARIABLES[uid] if name in labels]
        return self._board(uid, start_s, end_s, narrowed)

    def _board(self, uid: str, start_s: float, end_s: float, variables: list[tuple[str, str]]) -> str:
        frame = [("from", str(int(start_s * 1000))), ("to", str(int(end_s * 1000)))]
        return f"{self.grafana}/d/{uid}?{urlencode([*frame, *variables])}"


def _board_of(measure: str, labels: Mapping[str, str]) -> str:
    if measure.endswith(".cost"):
        return "spanwise-cost"
    if measure.startswith("llm."):
        return "spanwise-llm"
    if measure.startswith("tool."):
        return "spanwise-tools"
    return "spanwise-agent" if "agent" in labels else "spanwise-fleet"
