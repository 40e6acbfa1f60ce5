"""How a fault is told to a sender: HTTP status, gRPC code, google.rpc.Status, and the word it is counted under."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

import msgspec
from google.protobuf.duration_pb2 import Duration
from google.rpc.code_pb2 import Code
from google.rpc.error_details_pb2 import RetryInfo
from google.rpc.status_pb2 import Status

from spanwise_collector.accept.gate import Encoding
from spanwise_collector.errors import (
    CollectorError,
    Malformed,
    Overloaded,
    RetryLater,
    StoreDown,
    TooLarge,
    UnsupportedMedia,
)

_SHOWN: Final = 1000  # gRPC allows 8 KiB for all trailers, and the message is in two of them


@dataclass(frozen=True, slots=True)
class Refusal:
    """One way to say no.

    Attributes:
        http_status: of the response.
        code: google.rpc.Code, which is the gRPC status as well.
        reason: the word under which it is counted.
        message: what the sender is told.
        retry_after_s: when to come again; None where that would not help.
    """

    http_status: int
    code: int
    reason: str
    message: str
    retry_after_s: float | None = None

    @property
    def retry_after(self) -> str:
        """The Retry-After header: whole seconds, at least one."""
        return str(max(1, math.ceil(self.retry_after_s or 0)))

    @property
    def retry_info(self) -> RetryInfo | None:
        """The delay as gRPC tells it."""
        if self.retry_after_s is None:
            return None
        delay = Duration()
        delay.FromNanoseconds(round(self.retry_after_s * 1e9))
        return RetryInfo(retry_delay=delay)

    @property
    def status(self) -> Status:
        """The refusal as a google.rpc.Status, with its RetryInfo."""
        made = Status(code=self.code, message=self.message)
        if info := self.retry_info:
            made.details.add().Pack(info)
        return made

    def body(self, encoding: Encoding) -> bytes:
        """Write the status in the encoding of the request."""
        if encoding == "protobuf":
            return self.status.SerializeToString()
        return msgspec.json.encode({"code": self.code, "message": self.message})


_WORDS: Final[dict[type[CollectorError], tuple[int, Code.ValueType, str]]] = {
    Malformed: (400, Code.INVALID_ARGUMENT, "malformed"),
    TooLarge: (413, Code.RESOURCE_EXHAUSTED, "too_large"),
    UnsupportedMedia: (415, Code.INVALID_ARGUMENT, "unsupported_media"),
    Overloaded: (503, Code.UNAVAILABLE, "overloaded"),
    StoreDown: (503, Code.UNAVAILABLE, "store_down"),
}


def refusal(fault: CollectorError) -> Refusal:
    """Say a fault in the sender's protocol; only RetryLater invites to come again."""
    http_status, code, reason = _WORDS[type(fault)]
    retry_after_s = fault.retry_after_s if isinstance(fault, RetryLater) else None
    return Refusal(http_status, code, reason, str(fault)[:_SHOWN], retry_after_s)
