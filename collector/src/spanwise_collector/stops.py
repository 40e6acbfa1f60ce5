"""Runs that are to be stopped: told by whoever has the secret, asked for by agents, forgotten after an hour."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import threading
from collections import OrderedDict
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final

import msgspec

from spanwise_collector.errors import Forged
from spanwise_schema.measures import NANO

KEPT_NS: Final = 3_600 * NANO
MOST: Final = 10_000
_OLDEST_S: Final = 300
_LEAST_BYTES: Final = 24
_PREFIX: Final = "whsec_"


class _Stop(msgspec.Struct, frozen=True):
    trace_id: str = msgspec.field()
    reason: str = "somebody stopped it"
    service: str = ""
    agent: str = ""
    action: str = "stop"


_DECODER: Final = msgspec.json.Decoder(_Stop)


def key_of(secret: str) -> bytes:
    """Return the key that a secret stands for: after `whsec_` it is base64, else the text itself.

    Raises:
        ValueError: it is no base64, or too short to be safe; the message does not show it.

    Source: Standard Webhooks, "Signature scheme".
    """
    bare = secret.removeprefix(_PREFIX)
    try:
        key = secret.encode() if bare == secret else base64.b64decode(bare, validate=True)
    except binascii.Error as fault:
        raise ValueError(f"expected base64 after {_PREFIX} (what was found is not shown)") from fault
    if len(key) < _LEAST_BYTES:
        raise ValueError(f"expected a secret of at least {_LEAST_BYTES} bytes (what was found is not shown)")
    return key


class Stops:
    """Takes and tells stops. Any thread.

    Args:
        secret_file: what stops are signed with, read anew for each; null takes none.
        now_ns: Unix time.
    """

    def __init__(self, secret_file: Path | None, now_ns: Callable[[], int]) -> None:
        self._secret_file = secret_file
        self._now_ns = now_ns
        self._stops: OrderedDict[str, tuple[int, _Stop]] = OrderedDict()
        self._lock = threading.Lock()

    def take(self, headers: Mapping[str, str], body: bytes) -> None:
        """Take a stop.

        Raises:
            Forged: stops are not taken here, it is not signed with the secret, or too old.
            ValueError: it is no stop; the message says what was expected.
        """
        self._verify(headers, body)
        try:
            stop = _DECODER.decode(body)
        except (msgspec.ValidationError, msgspec.DecodeError) as fault:
            raise ValueError(f"expected a stop as JSON with `trace_id`: {fault}") from fault
        if stop.action != "stop":
            raise ValueError(f"action: got {stop.action!r}, expected stop")
        if len(stop.trace_id) != 32 or not set(stop.trace_id) <= set("0123456789abcdef"):  # noqa: PLR2004  hexadecimal
            raise ValueError(f"trace_id: got {stop.trace_id!r}, expected 32 hexadecimal digits")
        with self._lock:
            self._stops.pop(stop.trace_id, None)
            self._stops[stop.trace_id] = (self._now_ns(), stop)
            while len(self._stops) > MOST:
                self._stops.popitem(last=False)

    def told(self, service: str | None = None) -> list[dict[str, Any]]:
        """Tell the stops of the last hour, the oldest first; those of a service, and those that name none."""
        since_ns = self._now_ns() - KEPT_NS
        with self._lock:
            while self._stops and next(iter(self._stops.values()))[0] < since_ns:
                self._stops.popitem(last=False)
            found = list(self._stops.values())
        return [
            {"trace_id": stop.trace_id, "service": stop.service, "agent": stop.agent, "reason": stop.reason,
             "at": at_ns / NANO}
            for at_ns, stop in found if service is None or stop.service in {service, ""}
        ]  # fmt: skip

    def _verify(self, headers: Mapping[str, str], body: bytes) -> None:
        if self._secret_file is None:
            raise Forged("no stops are taken here: `collector.stops.secret_file` is not set")
        try:
            key = key_of(self._secret_file.read_text(encoding="utf-8").strip())
        except (OSError, ValueError) as fault:
            raise Forged(f"the secret of stops cannot be read: {type(fault).__name__}") from fault
        delivery, moment = headers.get("webhook-id", ""), headers.get("webhook-timestamp", "")
        mac = hmac.digest(key, b".".join((delivery.encode(), moment.encode(), body)), hashlib.sha256)
        wanted = f"v1,{base64.b64encode(mac).decode()}"
        given = headers.get("webhook-signature", "").split(" ")
        if not any(hmac.compare_digest(each.encode(), wanted.encode()) for each in given):
            raise Forged("webhook-signature: it is not signed with the secret of stops")
        if not moment.isdecimal() or abs(self._now_ns() // NANO - int(moment)) > _OLDEST_S:
            raise Forged("webhook-timestamp: it is more than five minutes old, or the clocks differ")
