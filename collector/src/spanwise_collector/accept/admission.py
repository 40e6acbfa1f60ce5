"""How much a sender may send, and how much may wait in memory at once."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final

from spanwise_collector.errors import Overloaded, TooLarge

_MIB: Final = 1 << 20


@dataclass(frozen=True, slots=True)
class Limits:
    """What a door accepts.

    Attributes:
        max_body_bytes: of one request after decompression; the OTLP specification recommends 64 MiB.
        max_wire_bytes: of one request as it is sent, so that a body that inflates to nothing ends too.
        max_in_flight_bytes: of all requests that are read or not yet durable; beyond it senders come later.
    """

    max_body_bytes: int = 64 * _MIB
    max_wire_bytes: int = 64 * _MIB
    max_in_flight_bytes: int = 128 * _MIB


class Lease:
    """What one request holds of the bytes in flight."""

    __slots__ = ("_admission", "held_bytes")

    def __init__(self, admission: Admission) -> None:
        self._admission = admission
        self.held_bytes = 0

    def grow(self, more_bytes: int) -> None:
        """Take more. Raises TooLarge for more than one request may have, Overloaded where all is taken."""
        limits = self._admission.limits
        if self.held_bytes + more_bytes > limits.max_body_bytes:
            raise TooLarge(f"expected a request of at most {limits.max_body_bytes} bytes after decompression")
        if self._admission.in_flight_bytes + more_bytes > limits.max_in_flight_bytes:
            raise Overloaded(f"{self._admission.in_flight_bytes} bytes of other requests are being taken")
        self.held_bytes += more_bytes
        self._admission.in_flight_bytes += more_bytes


class Admission:
    """The bytes in flight at one door."""

    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        self.in_flight_bytes = 0

    @contextmanager
    def lease(self) -> Generator[Lease]:
        """Hold bytes until the request is answered."""
        lease = Lease(self)
        try:
            yield lease
        finally:
            self.in_flight_bytes -= lease.held_bytes
