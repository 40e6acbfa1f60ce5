"""Which versions of which services sent spans lately, so that boards can say when a new one came."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import polars as pl
from opentelemetry.proto.resource.v1.resource_pb2 import Resource

from spanwise_schema.measures import NANO

KEEP_NS: Final = 3600 * NANO
_LIMIT: Final = 1_000
_KEY: Final = "service.version"


KNOWN_NS: Final = 300 * NANO
"""What is seen so soon after a start may have been there long before."""

Key = tuple[str, str, str]
"""Service, version, environment."""


@dataclass(frozen=True, slots=True)
class Version:
    """A version of a service that sent spans within the last hour.

    Attributes:
        first_ns: when its first span came, Unix time; None where it may have been there before this process.
        last_ns: when its last one came.
    """

    service: str
    version: str
    environment: str
    first_ns: int | None
    last_ns: int


class Versions:
    """Versions that were seen within the last hour."""

    def __init__(self) -> None:
        self._seen: dict[Key, int] = {}
        self._first: dict[Key, int | None] = {}
        self._begun_ns: int | None = None
        self._read: dict[bytes, str] = {}

    def add(self, frame: pl.DataFrame, now_ns: int) -> None:
        """Note the resources of a batch (columns STORED) that was received at `now_ns`."""
        begun_ns = self._begun_ns = now_ns if self._begun_ns is None else self._begun_ns
        # a request's spans of one resource stand together: the first of each stretch says it all, at no cost
        stretches = frame["resource"].rle().struct.field("len")
        first = (stretches.cum_sum() - stretches).to_list()
        columns = [frame[name].gather(first).to_list() for name in ("resource", "service", "environment")]
        for resource, service, environment in set(zip(*columns, strict=True)):
            version = self._version(resource)
            key = (service or "", version, environment or "")
            if len(self._seen) >= _LIMIT and key not in self._seen:
                self._seen = {old: self._seen[old] for old in self.recent(now_ns)}
                self._first = {old: self._first[old] for old in self._seen}
            if version and (key in self._seen or len(self._seen) < _LIMIT):
                self._seen[key] = now_ns
                self._first.setdefault(key, now_ns if now_ns - begun_ns >= KNOWN_NS else None)

    def all(self, now_ns: int) -> list[Version]:
        """Give those of the last hour, the newest first."""
        found = [
            Version(*key, self._first.get(key), at_ns)
            for key, at_ns in tuple(self._seen.items()) if at_ns > now_ns - KEEP_NS
        ]  # fmt: skip
        return sorted(found, key=lambda each: (-(each.first_ns or 0), each.service, each.version, each.environment))

    def recent(self, now_ns: int) -> list[Key]:
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
