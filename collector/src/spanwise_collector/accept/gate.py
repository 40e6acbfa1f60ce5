"""What the doors hand a request to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, Protocol

Encoding = Literal["protobuf", "json"]
Transport = Literal["http", "grpc"]


@dataclass(frozen=True, slots=True)
class Taken:
    """A request that is durable now.

    Attributes:
        rejected: spans of it that were not kept.
        message: why, where any was rejected; a warning otherwise; mostly empty.
    """

    rejected: int = 0
    message: str = ""


class Gate(Protocol):
    """The way in; one gate stands behind both doors."""

    async def take(self, body: bytes, encoding: Encoding) -> Taken:
        """Make an ExportTraceServiceRequest durable, then return.

        Raises errors.SenderError where the request is at fault, errors.RetryLater where we are.
        """
        ...

    def refused(self, transport: Transport, reason: str) -> None:
        """Count a request that was not accepted; `reason` is one of a few fixed words."""
        ...
