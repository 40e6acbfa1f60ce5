"""Where numbers come from beside the collector: the `sources` of the configuration."""

from __future__ import annotations

from pathlib import Path
from typing import cast
from urllib.parse import urlsplit

from pydantic import Field, ValidationInfo, field_validator

from spanwise_alerts.rule import COLLECTOR, Duration, Section


class PrometheusServer(Section):
    """A server that answers PromQL: Prometheus, Mimir, VictoriaMetrics, Thanos."""

    url: str = Field(description="its address, with the path before /api/v1", examples=["http://prometheus:9090"])
    bearer_file: Path | None = Field(
        default=None, description="a token to send, read anew for each question", examples=["/run/secrets/token"]
    )
    timeout_s: Duration = Field(
        default=10.0, alias="timeout", gt=0, description="for each answer (default 10s)", examples=["10s"]
    )

    @field_validator("url")
    @classmethod
    def _linked(cls, url: str) -> str:
        parts = urlsplit(url)
        if parts.scheme not in {"http", "https"} or not parts.hostname or parts.username or parts.query:
            raise ValueError(f"got {url!r}, expected an address such as http://prometheus:9090")
        return url.rstrip("/")

    @field_validator("bearer_file")
    @classmethod
    def _readable(cls, path: Path | None, info: ValidationInfo) -> Path | None:
        if path is None:
            return None
        found = cast("dict[str, Path]", info.context or {}).get("base", Path()) / path
        try:
            found.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise ValueError(f"got {str(path)!r}, expected a file that can be read: {error}") from error
        return found


class NamedSource(Section):
    """A source that rules name by `source`."""

    name: str = Field(min_length=1, description="what rules name", examples=["prometheus"])
    prometheus: PrometheusServer = Field(description="a server that answers PromQL")

    @field_validator("name")
    @classmethod
    def _free(cls, name: str) -> str:
        if name == COLLECTOR:
            raise ValueError(f"got {name!r}, which is Spanwise's own collector; expected another name")
        return name
