"""Which versions of which services sent spans lately, so that boards can say when a new one came."""

from __future__ import annotations

from typing import Final

import polars as pl
from opentelemetry.proto.resource.v1.resource_pb2 import Resource

from spanwise_schema.measures import NANO

KEEP_NS: Final = 3600 * NANO
_LIMIT: Final = 1_000
_KEY: Final = "service.version"


class Versions:
    """Versions that were seen within the last hour: (service, version, environment) -> when (Unix time, ns)."""

    def __init__(self) -> None:
        self._seen: dict[tuple[str, str, str], int] = {}
        self._read: dict[bytes, str] = {}

    def add(self, frame: pl.DataFrame, now_ns: int) -> None:
        """Note the resources of a batch (columns STORED) that was received at `now_ns`."""
        # a request's spans of one resource stand together: the first of each stretch says it all, at no cost
        stretches = frame["resource"].rle().struct.field("len")
        first = (stretches.cum_sum() - stretches).to_list()
        columns = [frame[name].gather(first).to_list() for name in ("resource", "service", "environment")]
        for resource, service, environment in set(zip(*columns, strict=True)):
            version = self._version(resource)
            key = (service or "", version, environment or "")
            if len(self._seen) >= _LIMIT and key not in self._seen:
                self._seen = {old: self._seen[old] for old in self.recent(now_ns)}
            if version and (key in self._seen or len(self._seen) < _LIMIT):
                self._seen[key] = now_ns

    def recent(self, now_ns: int) -> list[tuple[str, str, str]]:
        """Give those of the last hour."""
        return [key for key, at_ns in tuple(self._seen.items()) if at_ns > now_ns - KEEP_NS]

    def _version(self, resource: bytes) -> str:
        version = self._read.get(resource)
        if version is None:
            if len(self._read) >= _LIMIT:
                self._read.clear()
            pairs = Resource.FromString(resource).attributes
            version = next((pair.value.string_value for pair in pairs if pair.key == _KEY), "")
            self._read[resource] = version
        return version
