"""What the doors hand a request to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, Protocol

Encoding = Literal["protobuf", "json"]
Transport = Literal["http", "grpc"]
Signal = Literal["traces", "logs", "metrics"]


@dataclass(frozen=True, slots=True)
class Taken:
    """A request that is durable now.

    Attributes:
        rejected: spans, log records or data points of it that were not taken.
        message: why, where any was rejected; a warning otherwise; mostly empty.
    """

    rejected: int = 0
    message: str = ""


class Gate(Protocol):
    """The way in; one gate stands behind both doors."""

    async def take(self, body: bytes, encoding: Encoding, signal: Signal = "traces") -> Taken:
        """Make what is used of an export request durable, then return.

        Raises errors.SenderError where the request is at fault, errors.RetryLater where we are.
        """
        ...

    def refused(self, transport: Transport, reason: str) -> None:
        """Count a request that was not accepted; `reason` is one of a few fixed words."""
        ...
